import pytest

from dashboard.trials.selection import Field, SelectionError, parse
from dashboard.trials.selection.syntax import MAX_DEPTH, MAX_LENGTH
from tests.dashboard.trials.selection.known_study import FIELDS


def refusal(text, fields=FIELDS):
    with pytest.raises(SelectionError) as caught:
        parse(text, fields)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("lerning_rate < 1", "lerning_rate", ["lerning_rate", "Did you mean learning_rate?"]),
        ("trial = 1 and zzz = 2", "zzz", ["zzz"]),
        ('"lerning rate" < 1', '"', ["lerning rate", "learning_rate"]),
        ("optimizer = adm", "adm", ["adam, sgd", "adm", "Did you mean adam?"]),
        ("optimizer in (adam, sdg)", "sdg", ["adam, sgd", "Did you mean sgd?"]),
        ("units = 48", "48", ["32, 64, 1024", "48"]),
        ("failed = oom", "oom", ['"out of memory"', '"timed out"']),
        ("optimizer < adam", "<", ["text", "=", "~"]),
        ("adam < optimizer", "adam", ["adam"]),
        ("1 < optimizer < 2", "<", ["text"]),
        ("learning_rate < adam", "adam", ["number", "adam"]),
        ("learning_rate = none", "none", ["learning_rate is unused"]),
        ("optimizer = None", "None", ["optimizer is unused"]),
        ("learning_rate ~ 1", "~", ["~", "text"]),
        ("1 ~ learning_rate", "~", ["learning_rate"]),
        ("learning_rate > 5 min", "5 min", ["5 min", "unit"]),
        ("learning_rate < 1e999", "1e999", ["too large"]),
        ("learning_rate = #3", "#3", ["trial = 3"]),
        ("duration > 5", "5", ["5 s", "5 min"]),
        ("duration > 5%", "5%", ["unit"]),
        ("duration > 1h20", "1h20", ["1 h 20 min"]),
        ("duration > 1e308 d", "1e308 d", ["too large"]),
        ("val_accuracy > 97.6", "97.6", ["97.6%"]),
        ("trial in (1,024, 3)", "1,024", ["1024", "1, 024"]),
        ("1 < trial > 0", ">", ["range"]),
        ("1 = trial = 1", "=", ["range"]),
        ("trial < 3 < 4", "< 4", ["1 < name < 2"]),
        ("trial is 3", "3", ["used"]),
        ("optimizer is None", "None", ["used", "unused", "optimizer = None"]),
        ("trial", None, ["comparison", "trial"]),
        ("trial <", None, ["value", "<"]),
        ("trial < 1 and", None, ["condition", "and"]),
        ("not", None, ["condition", "not"]),
        ("3", None, ["comparison"]),
        ("3 <", None, ["name"]),
        ("3 < 4", "4", ["name", "quotation marks"]),
        ("trial is", None, ["unused"]),
        ("trial in 3", "3", ["list", "brackets"]),
        ("trial in (", None, ["value"]),
        ("trial in ()", ")", ["value"]),
        ("trial in (1, 2", "(", ["never closed"]),
        ("trial in (1 2)", "2", ["comma"]),
        ("trial not < 3", "<", ["in (a, b)"]),
        ("trial < 1 units = 32", "units", ["and"]),
        ("failed = out of memory", "of", ["one text"]),
        ("optimizer = and", "and", ['"and"']),
        ("and < 1", "and", ["and"]),
        ("(trial = 1", "(", ["never closed"]),
        ("trial = 1)", ")", ["never opened"]),
        ("()", ")", ["condition"]),
        ('optimizer = "ad', '"', ["never closed"]),
        ("trial = 1 & units = 32", "&", ["and"]),
        ("trial = 1 | units = 32", "|", ["or"]),
        ("trial = 1 \u200b", "\u200b", ["U+200B"]),
        ("trial = 1\x00", "\x00", ["U+0000", "control character"]),
        ("message = 'a\x1bb'", "\x1b", ["U+001B", "control character"]),
        ("message = '\ud800'", "\ud800", ["U+D800"]),
        ("message = '\x7f'", "\x7f", ["control character"]),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_refused_with_its_place(text, place, words):
    error = refusal(text)

    assert error.position == (len(text) if place is None else text.index(place))
    assert [word for word in words if word not in error.message] == []
    assert error.message.isprintable()
    assert error.message[-1] in ".?"


def test_a_filter_has_a_longest_length():
    fits = "trial < 1".ljust(MAX_LENGTH)

    assert parse(fits, FIELDS).text == "trial < 1"
    assert "2,001" in refusal(fits + " ").message


def test_a_filter_whose_normal_text_is_too_long_is_refused():
    """It could not be shared."""
    error = refusal(" or ".join(f"trial<{i}" for i in range(1_000, 1_145)), [Field("trial", "number")])

    assert error.position == MAX_LENGTH


@pytest.mark.parametrize("n", [MAX_DEPTH, MAX_DEPTH + 1])
def test_brackets_have_a_depth(n):
    text = "(" * n + "trial < 1" + ")" * n

    if n == MAX_DEPTH:
        assert parse(text, FIELDS).text == "trial < 1"
    else:
        assert refusal(text).position == MAX_DEPTH


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2_000,
        "(" * 1_000 + ")" * 1_000,
        ")" * 2_000,
        "not " * 500,
        "trial in " + "(" * 1_000,
        '"' * 1_999,
        "\\" * 2_000,
        '"' + "\\" * 1_999,
        "a" * 2_000,
        "1" * 2_000,
        "1," * 1_000,
        "1h" * 1_000,
        "1 h " * 500,
        "1e" * 1_000,
        "1 < " * 500,
        "trial = 1e-999999999%",
        "duration = 1e-999999999 h and x",
        "a b " * 500,
    ],
)
def test_a_hostile_text_is_answered(text):
    if text.startswith("trial = 1e-9"):
        assert parse(text, FIELDS).text == "trial = 0"
    else:
        assert 0 <= refusal(text).position <= len(text)


def test_names_are_unique():
    with pytest.raises(ValueError, match="unique"):
        parse("", [Field("a", "number"), Field("a", "text")])

"""How numbers, times and states are written."""

import math
from datetime import timedelta

import pytest
from django import forms

from dashboard import wording as words
from dashboard.templatetags import format as filters

NOTHING = "–"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, NOTHING),
        (math.nan, NOTHING),
        (math.inf, NOTHING),
        (0, "0"),
        (0.0, "0"),
        (0.0873, "0.0873"),
        (0.08734, "0.08734"),
        (0.087349, "0.08735"),
        (0.08, "0.0800"),
        (0.122, "0.1220"),
        (-0.122, "-0.1220"),
        (0.001344, "0.001344"),
        (0.9999, "0.9999"),
        (0.99999, "1.000"),
        (12.4, "12.40"),
        (123.45, "123.5"),
        (1234.4, "1,234"),
        (1_234_567.0, "1,235,000"),
        (1024, "1,024"),
        (0.00021, "2.1e-4"),
        (0.00021344, "2.134e-4"),
        (-0.00021, "-2.1e-4"),
        (2e12, "2e12"),
    ],
)
def test_metric_has_four_significant_digits(number, text):
    assert words.metric(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("None", '"None"'),
        ("none", "none"),
        ("", '""'),
        (" a", '" a"'),
        ("0", '"0"'),
        (0, "0"),
        ("1,024", '"1,024"'),
        ("1e-5", '"1e-5"'),
        ("no", '"no"'),
        ("True", '"True"'),
        (NOTHING, f'"{NOTHING}"'),
        ("adamw", "adamw"),
        (True, "yes"),
        (False, "no"),
        (448, "448"),
        (1024, "1,024"),
        (0.00134, "0.00134"),
        (0.001344, "0.00134"),
        (0.27, "0.27"),
        (0.1, "0.1"),
        (0.0, "0"),
        (64.0, "64"),
        (1234.5, "1,234"),
        (0.000213, "2.1e-4"),
        (1e-5, "1e-5"),
        (-1e-5, "-1e-5"),
        (math.nan, NOTHING),
    ],
)
def test_param_is_what_a_person_would_type(value, text):
    assert words.param(value) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (None, None, NOTHING),
        (0.976, None, "97.6%"),
        (0.9341, None, "93.41%"),
        (0.98, None, "98.0%"),
        (1, None, "100.0%"),
        (0.976, 0, "98%"),
    ],
)
def test_percent_has_one_or_two_decimals(share, decimals, text):
    assert words.percent(share, decimals) == text


def test_value_is_read_the_way_its_metric_is():
    assert words.value(0.976, True) == "97.6%"
    assert words.value(0.976, False) == "0.9760"
    assert words.value(None, True) == NOTHING


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, NOTHING),
        (math.nan, NOTHING),
        (0, "0 s"),
        (-1, "0 s"),
        (0.84, "0.8 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (48, "48 s"),
        (59.6, "1 min"),
        (304, "5 min 04 s"),
        (3599.7, "1 h"),
        (4320, "1 h 12 min"),
        (10_800, "3 h"),
        (86_399, "1 d"),
        (104_400, "1 d 05 h"),
        (timedelta(minutes=5, seconds=4), "5 min 04 s"),
    ],
)
def test_duration_has_two_units_at_most(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.34, "2.3 s"),
        (47.6, "48 s"),
        (244, "4 min"),
        (249, "4 min 10 s"),
        (599, "10 min"),
        (1234, "21 min"),
        (4321, "1 h 10 min"),
        (46_020, "13 h"),
        (104_400, "1 d 06 h"),
        (1_000_000, "12 d"),
    ],
)
def test_estimate_pretends_no_precision(seconds, text):
    assert words.about(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOTHING),
        (1900.0, "1900"),
        (2023.0, "2023"),
        (113_214.0, "113214"),
        (-3.0, "-3"),
        (30.84, "30.84"),
    ],
)
def test_datum_is_written_as_in_its_file(value, text):
    assert words.datum(value) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "trial", "0 trials"),
        (1, "trial", "1 trial"),
        (1024, "trial", "1,024 trials"),
        (1, "study,studies", "1 study"),
        (8, "study,studies", "8 studies"),
    ],
)
def test_count_noun_agrees_with_the_number(number, noun, text):
    assert words.count_noun(number, noun) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "first"),
        (10, "tenth"),
        (11, "11th"),
        (12, "12th"),
        (21, "21st"),
        (22, "22nd"),
        (103, "103rd"),
        (111, "111th"),
    ],
)
def test_ordinal_is_a_word_up_to_ten(number, text):
    assert words.ordinal(number) == text


@pytest.mark.parametrize(
    ("state", "tone", "icon", "label"),
    [
        ("draft", "neutral", "draft", "Draft"),
        ("running", "info", "running", "Running"),
        ("paused", "caution", "paused", "Paused"),
        ("finished", "good", "finished", "Finished"),
        ("stopped", "neutral", "stopped", "Stopped"),
        ("failed", "bad", "failed", "Failed"),
        ("waiting", "neutral", "waiting", "Waiting"),
        ("complete", "good", "finished", "Complete"),
        ("pruned", "caution", "pruned", "Pruned"),
        ("cancelled", "neutral", "cancelled", "Cancelled"),
        ("lost", "bad", "failed", "Lost"),
        ("returned", "neutral", "waiting", "Returned to queue"),
    ],
)
def test_every_state_has_a_tone_an_icon_and_a_word(state, tone, icon, label):
    assert (words.state_tone(state), words.state_icon(state), words.state_label(state)) == (tone, icon, label)


def test_an_unknown_state_is_named_in_the_error():
    with pytest.raises(ValueError, match="'sleeping'"):
        words.state_tone("sleeping")


@pytest.mark.parametrize("level", ["debug", "info", "success", "warning", "error"])
def test_every_message_level_has_a_tone(level):
    assert words.message_tone(level) in {"neutral", "info", "good", "caution", "bad"}
    assert words.message_icon(level)


class BudgetForm(forms.Form):
    trials = forms.IntegerField(max_value=100)
    seconds = forms.IntegerField(help_text="At most a day.")


@pytest.mark.parametrize(
    ("name", "value", "hint", "ids"),
    [
        ("trials", "10", None, None),
        ("trials", "10", "At most 100.", "id_trials_helptext"),
        ("trials", "1000", None, "id_trials_error"),
        ("trials", "1000", "At most 100.", "id_trials_helptext id_trials_error"),
        ("seconds", "10", "another hint", "id_seconds_helptext"),
    ],
)
def test_a_control_names_its_hint_and_its_errors(name, value, hint, ids):
    form = BudgetForm({"trials": "1", "seconds": "1", name: value})
    form.is_valid()
    html = filters.described(form[name], hint)
    assert (f'aria-describedby="{ids}"' in html) if ids else ("aria-describedby" not in html)
    assert filters.hint_id(form[name]) == f"id_{name}_helptext"
    assert filters.error_id(form[name]) == f"id_{name}_error"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s ago"),
        (0.9, "0 s ago"),
        (4.2, "4 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (200_000, "55 h ago"),
        (None, "–"),
    ],
)
def test_age_is_in_its_largest_whole_unit(seconds, text):
    assert words.ago(seconds) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 MB"),
        (812 * 2**20, "812 MB"),
        (1_000 * 2**20, "1.0 GB"),
        (24 * 2**30, "24.0 GB"),
        (None, "–"),
    ],
)
def test_memory_is_in_powers_of_1024(n_bytes, text):
    assert words.memory(n_bytes) == text


@pytest.mark.parametrize(
    ("parts", "text"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b, or c")]
)
def test_one_of_joins_alternatives(parts, text):
    assert words.one_of(parts) == text


@pytest.mark.parametrize(
    ("parts", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b, and c")]
)
def test_all_of_joins_parts(parts, text):
    assert words.all_of(parts) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [("Sign In", "Sign in"), ("IP Address", "IP address"), ("two-factor app", "Two-factor app")],
)
def test_sentence_case_keeps_acronyms(given, text):
    assert words.sentence_case(given) == text


def test_commands_of_a_sentence_are_code_and_everything_is_escaped():
    assert filters.with_commands("Try `a < b` & <b>c</b>.") == (
        "Try <code>a &lt; b</code> &amp; &lt;b&gt;c&lt;/b&gt;."
    )

"""Any filter: compared with an evaluation that knows one row, and read back from its normal text."""

import json
import math

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboard.trials.selection import Column, Field, SelectionError, parse
from tests.dashboard.trials.selection.known_study import FIELDS

CHOICES = (None, "none", True, False, 1, 0, 0.5, "1", "adam", "adam w", 'q"\\', "\x07")
STUDY = [
    Field("lr", "number"),
    Field("my acc", "number", is_percent=True),
    Field("took", "duration"),
    Field("choice", "text", choices=CHOICES),
    Field("words", "text"),
]
COMPARE = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
NAMES = {"lr": "lr", "my acc": '"my acc"', "took": "took", "choice": "choice", "words": "words"}
NUMBERS = ["lr", "my acc", "took"]

shares = st.sampled_from([0.0, 0.1, 0.3, 0.976, 1.0]) | st.floats(-1, 1)
large = shares | st.floats(-1e6, 1e6)
words = st.text(st.sampled_from("abAB ß\"'\\1-.,%é"), max_size=4)


def values_of(name):
    return {"lr": large, "took": large, "my acc": shares, "choice": st.sampled_from(CHOICES), "words": words}[
        name
    ]


def written(name, value):
    if name == "took":
        return f"{value!r} s"
    if name == "choice" and not isinstance(value, str):
        return {"None": "None", "True": "yes", "False": "no"}.get(repr(value), repr(value))
    return json.dumps(value) if isinstance(value, str) else repr(value)


def same(a, b):
    return isinstance(a, bool) == isinstance(b, bool) and a == b


@st.composite
def leaves(draw):
    """The text of a condition, and a function that says whether it holds for a row."""
    name = draw(st.sampled_from(sorted(NAMES)))
    is_number = name in NUMBERS
    form = draw(st.sampled_from(["compare", "turned", "range", "in", "used", "contains"]))
    first, second = draw(values_of(name)), draw(values_of(name))
    a, b, shown = written(name, first), written(name, second), NAMES[name]
    if form == "used":
        is_used = draw(st.booleans())
        return f"{shown} is {'' if is_used else 'not '}used", lambda row: (row[name] is not ...) == is_used
    if form == "in":
        word = draw(st.sampled_from(["in", "not in"]))
        return (
            f"{shown} {word} ({a}, {b})",
            lambda row: (
                row[name] is not ... and (same(row[name], first) or same(row[name], second)) == (word == "in")
            ),
        )
    if is_number and form == "range":
        low, high = draw(st.sampled_from(["<", "<="])), draw(st.sampled_from(["<", "<="]))
        holds = lambda v: COMPARE[low](first, v) and COMPARE[high](v, second)  # noqa: E731
        return f"{a} {low} {shown} {high} {b}", lambda row: row[name] is not ... and holds(row[name])
    sign = draw(st.sampled_from(sorted(COMPARE) if is_number else ["=", "!="]))
    if is_number and form == "turned":
        return f"{a} {sign} {shown}", lambda row: row[name] is not ... and COMPARE[sign](first, row[name])
    if not is_number and form == "contains" and isinstance(first, str):
        return (
            f"{shown} ~ {a}",
            lambda row: isinstance(row[name], str) and first.casefold() in row[name].casefold(),
        )
    return f"{shown} {sign} {a}", lambda row: row[name] is not ... and compared(sign, row[name], first)


def compared(sign, value, wanted):
    if sign in {"=", "!="}:
        return same(value, wanted) == (sign == "=")
    return COMPARE[sign](value, wanted)


def extended(inner):
    joined = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda t: (
            f"({t[0][0]}) {t[1]} ({t[2][0]})",
            (lambda row: t[0][1](row) and t[2][1](row))
            if t[1] == "and"
            else (lambda row: t[0][1](row) or t[2][1](row)),
        )
    )
    return joined | inner.map(lambda t: (f"not ({t[0]})", lambda row: not t[1](row)))


filters = st.recursive(leaves(), extended, max_leaves=6)
# `...` stands for no value.
rows = st.fixed_dictionaries({name: st.just(...) | values_of(name) for name in NAMES})


def columns_of(table):
    columns = {}
    for name in NAMES:
        values = [row[name] for row in table]
        array = np.empty(len(table), dtype=float if name in NUMBERS else object)
        array[:] = [(math.nan if name in NUMBERS else None) if value is ... else value for value in values]
        columns[name] = Column(array, np.array([value is not ... for value in values], dtype=bool))
    return columns


@given(filters, st.lists(rows, min_size=1, max_size=8))
@settings(max_examples=300)
def test_a_mask_is_what_the_rows_say_one_by_one(filter_, table):
    text, holds = filter_
    selection = parse(text, STUDY)

    assert selection.mask(columns_of(table)).tolist() == [bool(holds(row)) for row in table]


@given(filters)
@settings(max_examples=300)
def test_the_normal_text_reads_back_as_the_same_selection(filter_):
    selection = parse(filter_[0], STUDY)

    assert parse(selection.text, STUDY) == selection


pieces = st.sampled_from(
    [field.name for field in FIELDS]
    + [
        "and",
        "or",
        "not",
        "in",
        "is",
        "used",
        "(",
        ")",
        ",",
        "<",
        "<=",
        "=",
        "!=",
        "~",
        "1",
        "1e-3",
        "5 min",
        "%",
    ]
    + ["adam", '"', "'", "\\", "#3", "1,024", "None", "yes", "−", "\x00", "é", "“", "lr", " "]
)


@given(st.text(max_size=60) | st.lists(pieces, max_size=300).map(" ".join) | st.lists(pieces).map("".join))
@settings(max_examples=500)
@example("trial in (1, 2) and not odd = yes")
def test_any_text_is_a_selection_or_an_error_with_a_place(text):
    try:
        selection = parse(text, FIELDS)
    except SelectionError as error:
        place, message = error.position, error.message
    else:
        place, message = 0, selection.text
        assert parse(selection.text, FIELDS) == selection
    assert 0 <= place <= len(text)
    assert message.isprintable()


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_name_and_any_text_can_be_written(name, value):
    field = Field(name, "text", choices=(value, None, True, 1))
    text = parse(f"{json.dumps(name)} in ({json.dumps(value)}, None)", [field])

    assert parse(text.text, [field]) == text
    assert text.names == {name}
    assert len(text.condition.values) == 2

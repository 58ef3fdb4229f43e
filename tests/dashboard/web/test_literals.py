"""Pasted values are read in both notations by the same rules, and never run."""

import pytest

from dashboard.web.literals import LiteralError, read_literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"rate": 0.1, "use": true, "none": null}', {"rate": 0.1, "use": True, "none": None}),
        ("{'rate': 1e-3, 'use': False, 'none': None}", {"rate": 0.001, "use": False, "none": None}),
        ("[{'a': 1}, {'a': 2}]", [{"a": 1}, {"a": 2}]),
        ("  {'a': -1}  ", {"a": -1}),
    ],
)
def test_json_and_python_are_read(text, value):
    assert read_literal(text) == value


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ('{"a": 1, "a": 2}', "a: is there twice. Remove one.", None),
        ("{'a': 1, 'a': 2}", "a: is there twice. Remove one.", None),
        ("[{'b': {'a': 1, 'a': 2}}]", "a: is there twice. Remove one.", None),
        ("{'a': 1,\n 'b': }", "This is neither JSON nor a Python dict", 2),
        ('{"a": NaN}', "nothing in it is computed", None),
        ("{'a': open('x')}", "nothing in it is computed", None),
        ("{[1]: 2}", "nothing in it is computed", None),
        ("[" * 9_999, "(nested too deeply|nothing in it is computed|neither JSON)", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, words, line):
    with pytest.raises(LiteralError, match=words) as found:
        read_literal(text)
    assert line is None or found.value.line == line

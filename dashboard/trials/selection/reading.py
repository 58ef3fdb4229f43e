"""From the words of a filter to what they mean in one study."""

from collections.abc import Sequence
from typing import Final, cast

from lark import Token, Tree

from dashboard.trials.selection.conditions import (
    Between,
    Comparison,
    Condition,
    Contains,
    Not,
    OneOf,
    Use,
    both_of,
    either_of,
)
from dashboard.trials.selection.errors import SelectionError, shown
from dashboard.trials.selection.fields import Field, KnownFields
from dashboard.trials.selection.literals import (
    check_choice,
    place,
    read_number,
    read_text,
)
from dashboard.trials.selection.quoting import unquoted, write_name
from dashboard.trials.selection.syntax import read_tree
from optimizer.values import Value, value_key

# Each operator in the way that it is written in a normal text.
NORMAL: Final = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
ORDER: Final = frozenset(TURNED)


def read_condition(text: str, fields: KnownFields) -> Condition | None:
    """None where the text is empty. Raises `SelectionError`."""
    (tree,) = read_tree(text).children or (None,)
    return None if tree is None else _Reader(fields).either(*cast("Tree[Token]", tree).children)


class _Reader:
    """One method per rule of the grammar."""

    def __init__(self, fields: KnownFields) -> None:
        self._fields = fields

    def either(self, *children: Tree[Token] | Token) -> Condition:
        found = either_of([self._both(cast("Tree[Token]", child)) for child in children])
        return cast("Condition", found)

    def _both(self, tree: Tree[Token]) -> Condition:
        found = both_of([self._negated(cast("Tree[Token]", child)) for child in tree.children])
        return cast("Condition", found)

    def _negated(self, tree: Tree[Token]) -> Condition:
        *nots, operand = tree.children
        rule = cast("Tree[Token]", operand)
        condition: Condition = getattr(self, rule.data)(*rule.children)
        if len(nots) % 2 == 0:
            return condition
        return condition.term if isinstance(condition, Not) else Not(condition)

    def _field(self, name: Tree[Token]) -> Field:
        token = cast("Token", name.children[0])
        return self._fields.find(unquoted(token), place(token))

    def compared(self, name: Tree[Token], sign: Token, value: Token) -> Condition:
        field = self._field(name)
        operator = NORMAL.get(sign, str(sign))
        if operator == "~":
            return _contains(field, sign, value)
        _check_order(field, sign, operator)
        return Comparison(field, operator, _read_value(field, value, is_choice=operator not in ORDER))

    def turned(self, value: Token, sign: Token, name: Tree[Token]) -> Condition:
        operator = NORMAL.get(sign, str(sign))
        field = self._field(name)
        if operator == "~":
            raise SelectionError(f"Write {write_name(field.name)} before {shown(sign)}.", place(sign))
        _check_order(field, sign, operator)
        value_read = _read_value(field, value, is_choice=operator not in ORDER)
        return Comparison(field, TURNED.get(operator, operator), value_read)

    def between(
        self, low: Token, low_sign: Token, name: Tree[Token], high_sign: Token, high: Token
    ) -> Condition:
        field = self._field(name)
        signs = [NORMAL.get(sign, str(sign)) for sign in (low_sign, high_sign)]
        for sign, operator in zip((low_sign, high_sign), signs, strict=True):
            if operator not in ORDER or operator[0] != signs[0][0]:
                example = f"{low} < {write_name(field.name)} < {high}"
                raise SelectionError(
                    f"Write a range as {shown(example)}, without {shown(sign)}.", place(sign)
                )
            _check_order(field, sign, operator)
        first, second = read_number(field, low), read_number(field, high)
        if signs[0][0] == ">":
            return Between(field, second, TURNED[signs[1]], TURNED[signs[0]], first)
        return Between(field, first, signs[0], signs[1], second)

    def one_of(self, name: Tree[Token], negation: Token | None, *values: Token) -> Condition:
        field = self._field(name)
        for value in values:
            if value.type != "QUOTED" and "," in value:
                whole, parts = value.replace(",", ""), value.replace(",", ", ")
                rule = f"In a list, {shown(value)} can be read as one number or as several"
                raise SelectionError(f"{rule}: write {whole}, or {parts} with spaces.", place(value))
        read = [_read_value(field, value, is_choice=True) for value in values]
        return one_of(field, read, is_negated=negation is not None)

    def use(self, name: Tree[Token], negation: Token | None, word: Token) -> Condition:
        field = self._field(name)
        meant = word.casefold()
        if meant not in {"used", "unused"}:
            equal = f"{write_name(field.name)} = {word}"
            message = (
                f"After is, write used or unused, not {shown(word)}; to compare with a value, write {equal}."
            )
            raise SelectionError(message, place(word))
        return Use(field, (meant == "used") == (negation is None))


def one_of(field: Field, values: Sequence[Value], *, is_negated: bool = False) -> Condition:
    """In one order and each once, so that the same selection has the same text."""
    different = list({value_key(value): value for value in values}.values())
    if field.choices:
        order = [value_key(cast("Value", choice)) for choice in field.choices]
        different.sort(key=lambda value: order.index(value_key(value)))
    else:
        different.sort(key=lambda value: (0.0, value) if isinstance(value, str) else (value, ""))
    if len(different) == 1:
        return Comparison(field, "!=" if is_negated else "=", different[0])
    return OneOf(field, tuple(different), is_negated)


def _read_value(field: Field, token: Token, *, is_choice: bool) -> Value:
    if field.kind == "text":
        return read_text(field, token)
    number = read_number(field, token)
    if is_choice:
        check_choice(field, number, place(token), str(token))
    return number


def _contains(field: Field, sign: Token, value: Token) -> Condition:
    if field.kind != "text":
        rule = f"{write_name(field.name)} is not a text, so {shown(sign)} cannot search it"
        message = f"{rule}: compare it with =, <, or >."
        raise SelectionError(message, place(sign))
    return Contains(field, unquoted(value))


def _check_order(field: Field, sign: Token, operator: str) -> None:
    if field.kind == "text" and operator in ORDER:
        rule = f"{write_name(field.name)} is a text, so {shown(sign)} cannot order it"
        message = f"{rule}: compare it with =, !=, in, or ~."
        raise SelectionError(message, place(sign))

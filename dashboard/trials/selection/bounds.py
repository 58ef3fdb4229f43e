"""What a filter says of single columns: where a brush lies, which entry of a legend is pressed."""

import math
from collections.abc import Iterator, Sequence

from dashboard.trials.selection.conditions import And, Between, Comparison, Condition, OneOf
from dashboard.trials.selection.errors import SelectionError, shown
from dashboard.trials.selection.fields import Field, KnownFields
from dashboard.trials.selection.literals import EXAMPLES
from dashboard.trials.selection.quoting import write_name
from dashboard.trials.selection.reading import read_condition
from optimizer.values import Value

Bounds = tuple[float | None, float | None]


def bounds_in(text: str, fields: Sequence[Field]) -> dict[str, Bounds]:
    """Lowest and highest number of each column that every selected trial has; None is open.

    >>> fields = [Field("lr", "number"), Field("val_loss", "number")]
    >>> bounds_in("1e-4 <= lr < 0.01 and val_loss < 0.3", fields)
    {'lr': (0.0001, 0.01), 'val_loss': (None, 0.3)}
    >>> bounds_in("lr < 1 or val_loss < 0.1", fields)
    {}
    """
    found: dict[str, Bounds] = {}
    for term in _terms(text, fields):
        if isinstance(term, Between):
            low, high = term.low, term.high
        elif isinstance(term, Comparison) and term.field.kind != "text" and term.operator != "!=":
            number = float(term.value)  # type: ignore[arg-type]  # its field is no text
            low = number if term.operator in {"=", ">", ">="} else -math.inf
            high = number if term.operator in {"=", "<", "<="} else math.inf
        else:
            continue
        before = found.get(term.field.name, (None, None))
        found[term.field.name] = (
            _known(max(low, -math.inf if before[0] is None else before[0])),
            _known(min(high, math.inf if before[1] is None else before[1])),
        )
    return found


def choices_in(text: str, fields: Sequence[Field], name: str) -> list[Value]:
    """The only values of this column that selected trials have; empty where the filter does not say.

    >>> fields = [Field("state", "text", choices=("complete", "pruned", "failed"))]
    >>> choices_in("state in (complete, pruned)", fields, "state")
    ['complete', 'pruned']
    """
    for term in _terms(text, fields):
        if isinstance(term, Comparison) and term.field.name == name and term.operator == "=":
            return [term.value]
        if isinstance(term, OneOf) and term.field.name == name and not term.is_negated:
            return list(term.values)
    return []


def read_bound(fields: Sequence[Field], name: str, text: str) -> float | None:
    """A bound in the words of the filter; empty is open. Raises `SelectionError`.

    >>> fields = [Field("val_accuracy", "number", is_percent=True), Field("duration", "duration")]
    >>> read_bound(fields, "val_accuracy", "97.6%"), read_bound(fields, "duration", "1 h 20 min")
    (0.976, 4800.0)
    """
    if not text.strip():
        return None
    known = KnownFields(fields)
    field = known[name]
    try:
        condition = read_condition(f"{write_name(name)} >= {text}", known)
    except SelectionError as error:
        raise SelectionError(error.message, 0) from None
    if not isinstance(condition, Comparison):
        rule = f"{write_name(name)} needs {EXAMPLES.get(field.kind, 'a number')}, not {shown(text)}."
        raise SelectionError(rule, 0)
    return float(condition.value)  # type: ignore[arg-type]  # as the field is no text


def _terms(text: str, fields: Sequence[Field]) -> Iterator[Condition]:
    condition = read_condition(text, KnownFields(fields))
    if condition is not None:
        yield from condition.terms if isinstance(condition, And) else (condition,)


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None

"""The ``hp.*`` family: parameters with Hyperopt's names and arguments.

``label`` names the parameter and is unique in a space. Whatever is built wrongly raises ``SpaceError`` with
the label in its path.
"""

from __future__ import annotations

import math
import reprlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from optimizer.compat.hp.grid import multiples
from optimizer.compat.hp.nodes import Draw, Switch
from optimizer.distributions import Constant, Float, Int, Normal
from optimizer.distributions.base import check_integer, check_number, check_order
from optimizer.errors import SpaceError
from optimizer.values import plain, show_value
from optimizer.wording import bound

if TYPE_CHECKING:
    from optimizer.distributions import Distribution

MAX_EXPONENT: Final = 700.0  # exp() of more, or of less than its negative, is no ordinary float


def choice(label: str, options: Iterable[Any]) -> Switch:
    """One of ``options``, equally likely. Options may hold further nodes, which exist in their branch only.

    Equal options are told apart by their places.

    Examples
    --------
    >>> from optimizer import hp
    >>> net = {"type": "net", "layers": hp.uniformint("layers", 1, 3)}
    >>> hp.space_of(hp.choice("model", ["linear", net]))
    SearchSpace(model: linear, net, layers: 1 to 3: 3 values)

    """
    return Switch(_check_label(label), _check_options(label, options))


def pchoice(label: str, p_options: Iterable[tuple[float, Any]]) -> Switch:
    """One of the options of (probability, option) pairs; the probabilities need not sum to 1.

    An option with a probability of 0 keeps its index and is never drawn.

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of(hp.pchoice("act", [(3, "relu"), (1, "tanh")]))
    SearchSpace(act: relu 75%, tanh 25%)

    """
    pairs = _check_options(label, p_options)
    for i, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise SpaceError(
                f"{_check_label(label)}[{i}]",
                f"must be a pair of probability and option, got {reprlib.repr(pair)}",
            )
    weights = tuple(plain(weight) for weight, _ in pairs)
    return Switch(_check_label(label), tuple(option for _, option in pairs), weights)


def randint(label: str, low: int, high: int | None = None) -> Draw:
    """A whole number in [0, low), or in [low, high). Near numbers are taken to behave alike.

    Hyperopt assumes no order here; then nothing can be learned about a number before it has been tried.

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of({"a": hp.randint("a", 10), "b": hp.randint("b", 5, 8)})
    SearchSpace(a: 0 to 9: 10 values, b: 5 to 7: 3 values)

    """

    def build() -> Distribution:
        first, end = (0, low) if high is None else (low, high)
        first, end = check_integer(plain(first), "low"), check_integer(plain(end), "high")
        check_order(first, end)
        return _ints(first, end - 1)

    return _draw(label, build)


def uniform(label: str, low: float, high: float) -> Draw:
    """A number in [low, high].

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of(hp.uniform("momentum", 0, 0.9))
    SearchSpace(momentum: uniform, 0 to 0.9)

    """
    return _draw(label, lambda: Float(*_check_bounds(low, high)))


def quniform(label: str, low: float, high: float, q: float) -> Draw:
    """One of the multiples of ``q`` in [low, high], equally likely; a float.

    Examples
    --------
    >>> from optimizer import hp
    >>> list(hp.quniform("dropout", 0, 0.5, 0.25).distribution.values())
    [0.0, 0.25, 0.5]

    """
    return _draw(label, lambda: _floats(*_check_bounds(low, high), q))


def uniformint(label: str, low: float, high: float, q: float = 1) -> Draw:
    """One of the multiples of ``q`` (whole numbers) in [low, high], equally likely; an int.

    Equal bounds are the only value.

    Examples
    --------
    >>> from optimizer import hp
    >>> list(hp.uniformint("units", 16, 70, 16).distribution.values())
    [16, 32, 48, 64]

    """

    def build() -> Distribution:
        step = check_integer(plain(q), "q")
        if plain(low) == plain(high):
            return Constant(check_integer(plain(low), "low"))
        first, last = multiples(*_check_bounds(low, high), step)
        return _ints(int(first), int(last), step)

    return _draw(label, build)


def loguniform(label: str, low: float, high: float) -> Draw:
    """A number whose natural logarithm is uniform in [low, high]: bounds are logarithms.

    Examples
    --------
    >>> import math
    >>> from optimizer import hp
    >>> hp.space_of(hp.loguniform("rate", math.log(1e-5), math.log(0.1)))
    SearchSpace(rate: log-uniform, 1e-5 to 0.1)

    """
    return _draw(label, lambda: Float(*_natural_bounds(label, "loguniform", low, high), log=True))


def qloguniform(label: str, low: float, high: float, q: float) -> Draw:
    """One of the multiples of ``q``, greater than 0, in [exp(low), exp(high)]; uniform in the logarithm.

    Examples
    --------
    >>> import math
    >>> from optimizer import hp
    >>> list(hp.qloguniform("batch", math.log(10), math.log(40), 10).distribution.values())
    [10.0, 20.0, 30.0, 40.0]

    """
    return _draw(label, lambda: _floats(*_natural_bounds(label, "qloguniform", low, high), q, log=True))


def normal(
    label: str, mu: float, sigma: float, *, low: float | None = None, high: float | None = None
) -> Draw:
    """A normal number, truncated to [low, high] where these are given (Hyperopt has no such bounds).

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of(hp.normal("bias", 0, 2, high=3))
    SearchSpace(bias: normal, mean 0, standard deviation 2, up to 3)

    """
    return _draw(label, lambda: _normal(mu, sigma, low=low, high=high))


def qnormal(
    label: str, mu: float, sigma: float, q: float, *, low: float | None = None, high: float | None = None
) -> Draw:
    """A multiple of ``q``, normally distributed; bounds as in ``normal``.

    Examples
    --------
    >>> from optimizer import hp
    >>> list(hp.qnormal("shift", 0, 1, 0.5, low=-0.5, high=0.5).distribution.values())
    [-0.5, 0.0, 0.5]

    """
    return _draw(label, lambda: _normal(mu, sigma, q=q, low=low, high=high))


def lognormal(
    label: str, mu: float, sigma: float, *, low: float | None = None, high: float | None = None
) -> Draw:
    """A positive number whose natural logarithm is normal; ``low`` and ``high`` are real values.

    Examples
    --------
    >>> from optimizer import hp
    >>> hp.space_of(hp.lognormal("decay", -7, 2))
    SearchSpace(decay: log-normal, mean of the logarithm -7, standard deviation 2)

    """
    return _draw(label, lambda: _normal(mu, sigma, log=True, low=low, high=high))


def qlognormal(
    label: str, mu: float, sigma: float, q: float, *, low: float | None = None, high: float | None = None
) -> Draw:
    """A multiple of ``q`` greater than 0, log-normally distributed; bounds as in ``lognormal``.

    Examples
    --------
    >>> from optimizer import hp
    >>> list(hp.qlognormal("trees", 3, 1, 10, high=30).distribution.values())
    [10.0, 20.0, 30.0]

    """
    lowest = low if low is not None else q
    return _draw(label, lambda: _normal(mu, sigma, log=True, q=q, low=lowest, high=high))


def _draw(label: str, build: Callable[[], Distribution]) -> Draw:
    """A draw whose errors begin with its label."""
    _check_label(label)
    try:
        return Draw(label, build())
    except SpaceError as error:
        raise error.under(label) from None


def _check_label(label: object) -> str:
    if not isinstance(label, str) or not label:
        raise SpaceError("label", f"must be a string, the first argument of every hp function, got {label!r}")
    return label


def _check_options(label: str, options: object) -> tuple[Any, ...]:
    if isinstance(options, str | bytes | Mapping) or not isinstance(options, Iterable):
        raise SpaceError(_check_label(label), f"must have a list of options, got {reprlib.repr(options)}")
    return tuple(options)


def _check_bounds(low: float, high: float) -> tuple[float, float]:
    numbers = check_number(plain(low), "low"), check_number(plain(high), "high")
    check_order(*numbers)
    return numbers


def _natural_bounds(label: str, name: str, low: float, high: float) -> tuple[float, float]:
    """Bounds that were given as logarithms, as real values."""
    logs = _check_bounds(low, high)
    for field, log in zip(("low", "high"), logs, strict=True):
        if abs(log) > MAX_EXPONENT:
            shown = show_value(log)
            advice = f"write math.log({shown}) for that bound" if log > 0 else "raise it"
            raise SpaceError(
                field,
                f"is the logarithm of a bound and must lie within ±{bound(MAX_EXPONENT)}, got {shown}; "
                f"{advice}",
            )
    lowest, highest = map(_exp, logs)
    if logs[0] > 0 and logs[1] <= 1:  # logarithms of 1 to 2.7: far more often the bounds themselves
        warnings.warn(
            f"hp.{name}({label!r}, ...) takes logarithms of the bounds, so its values lie between "
            f"{bound(lowest)} and {bound(highest)}; write math.log(bound) if you meant "
            f"{bound(logs[0])} to {bound(logs[1])}",
            stacklevel=5,
        )
    return lowest, highest


def _exp(log: float) -> float:
    """exp(log), without the rounding noise of a bound that was written as math.log(0.1)."""
    value = math.exp(log)
    short = float(f"{value:.12g}")
    return short if math.isclose(math.log(short), log, rel_tol=1e-15, abs_tol=1e-16) else value


def _floats(low: float, high: float, q: float, *, log: bool = False) -> Distribution:
    """The multiples of ``q`` in [low, high]; a constant when there is only one."""
    step = check_number(plain(q), "q")
    first, last = multiples(low, high, step, is_positive=log)
    return Constant(first) if first == last else Float(first, last, log=log, step=step)


def _ints(low: int, high: int, step: int = 1) -> Distribution:
    return Constant(low) if low == high else Int(low, high, step=step)


def _normal(
    mu: float, sigma: float, *, log: bool = False, q: float | None = None, low: Any = None, high: Any = None
) -> Distribution:
    low, high, step = plain(low), plain(high), plain(q)
    if step is not None and low is not None:  # the grid is counted from low, so low must be on it
        low = multiples(check_number(low, "low"), math.inf, check_number(step, "q"), is_positive=log)[0]
    return Normal(plain(mu), plain(sigma), log=log, step=step, low=low, high=high)

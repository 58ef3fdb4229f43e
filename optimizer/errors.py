"""The exceptions of the optimizer. Every message states the rule and the value that broke it."""

from __future__ import annotations


class OptimizerError(Exception):
    """Base of every error that this package raises on purpose."""


class SpaceError(OptimizerError, ValueError):
    """A search space, or params offered to one, broke a rule.

    ``path`` is a JSON path such as ``params[2].high`` (empty when the whole object is meant) and
    ``message`` the rule, the value that broke it and what to do.

    Examples
    --------
    >>> from optimizer import Float, SpaceError
    >>> try:
    ...     Float(3, 1)
    ... except SpaceError as error:
    ...     error.path, error.message
    ('high', 'must be greater than low (3), got 1')

    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def under(self, prefix: str) -> SpaceError:
        """The same error, seen from the object that holds this one at ``prefix``."""
        return SpaceError(join_path(prefix, self.path), self.message)


class SpaceExhausted(OptimizerError):  # noqa: N818 - says what happened, as trainers do
    """Every point of a finite search space has been proposed, and repeats are not allowed.

    Examples
    --------
    >>> from optimizer import Boolean, Optimizer, Parameter, SearchSpace, SpaceExhausted
    >>> optimizer = Optimizer(SearchSpace([Parameter("on", Boolean())]), "grid")
    >>> tried = [optimizer.ask().params["on"] for _ in range(2)]
    >>> try:
    ...     optimizer.ask()
    ... except SpaceExhausted:
    ...     sorted(tried)
    [False, True]

    """


class TellError(OptimizerError, ValueError):
    """Something was told or reported that cannot be true of the trial it names.

    Examples
    --------
    >>> from optimizer import Float, Optimizer, Parameter, SearchSpace, TellError
    >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
    >>> try:
    ...     optimizer.tell(7, 0.5)
    ... except TellError as error:
    ...     print(error)
    trial 7 was never asked for; ask first, or use add_trial

    """


class UnknownSampler(OptimizerError, ValueError):  # noqa: N818 - as above
    """No sampler has the name that was asked for."""


class PluginError(OptimizerError):
    """A sampler or pruner of another package cannot be used; the message names it."""


def join_path(prefix: str, path: str) -> str:
    """Join two JSON paths: ``params[2]`` and ``high`` make ``params[2].high``."""
    if not prefix or not path:
        return prefix or path
    return f"{prefix}{path}" if path.startswith("[") else f"{prefix}.{path}"

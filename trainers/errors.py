"""Exception types are outcomes: what ended a training, or what kept it from starting.

Each message is one clear sentence that a page may show as it is.
"""

# ruff: noqa: N818, the names are outcomes (house.md), not errors


class TrainerError(Exception):
    """Base of everything that `trainers` raises on purpose."""


class TrialDiverged(TrainerError):
    """The loss became NaN or infinite. Such a value stays failed: it is never turned into a number."""


class TrialStopped(TrainerError):
    """The reporter said stop (pruned, cancelled, out of time): the caller knows why."""


class DatasetMissing(TrainerError):
    """The dataset's file is not where it belongs; the message says where to put it."""


class DatasetInvalid(TrainerError):
    """The dataset's file is there and is not what it should be (another file, cut short, pickled)."""


class ParamsInvalid(TrainerError):
    """Params, knob or job break a rule; the message states the rule and the value that broke it."""


class HostFailed(TrainerError):
    """The process that starts trainings could not be started."""

"""Trials in a file, as ``trials_save_file`` keeps them: a pickle that a crash cannot cut short."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

from optimizer.compat.hyperopt.trials import Trials


def save_trials(trials: Trials, path: str | os.PathLike[str]) -> None:
    """Write ``trials``, replacing the file at once. Raises ``ValueError`` for results that cannot be
    pickled.
    """
    try:
        data = pickle.dumps(trials)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValueError(
            f"trials_save_file needs results that can be pickled, got: {error}; return plain data only"
        ) from error
    new = Path(f"{os.fspath(path)}.new")
    new.write_bytes(data)
    new.replace(path)


def load_trials(path: str | os.PathLike[str]) -> Trials | None:
    """The trials in a file of the user's own, or None without one. ``ValueError`` when it holds something
    else.
    """
    try:
        loaded = pickle.loads(Path(path).read_bytes())  # noqa: S301 - as with Hyperopt, it is the user's own
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - a damaged pickle may raise anything
        loaded = error
    if isinstance(loaded, Trials):
        return loaded
    raise ValueError(
        f"trials_save_file must contain the trials of an earlier search, got {loaded!r} in {path}"
    )

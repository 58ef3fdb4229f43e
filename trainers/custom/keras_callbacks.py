"""Lets files use Keras' TensorBoard callback where TensorBoard is not installed: it then writes nothing."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

WITHOUT_TENSORBOARD = "The TensorBoard callback writes nothing: the page of a trial shows its curves."


def quiet_tensorboard(source: str) -> bool:
    """Make the callback do nothing if a file names it and it could not work; say whether that is so."""
    if "TensorBoard" not in source or find_spec("tensorboard") is not None:
        return False
    from keras.callbacks import TensorBoard  # noqa: PLC0415, only a file that uses it pays for Keras

    own = [name for kind in TensorBoard.__mro__[:-1] for name in vars(kind) if name.startswith("on_")]
    for name in {*own, "set_model"}:
        setattr(TensorBoard, name, _nothing)
    return True


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing, whatever a training tells the callback."""

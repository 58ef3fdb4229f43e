"""Batches for Keras, read from rows when they are needed: NumPy arrays, for every backend."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.plan import Rows


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Rows in batches. With a `seed` they are shuffled again for each epoch, and blended where `mixup` > 0.

    Random numbers depend on seed, epoch and batch alone, so a training that is resumed in `first_epoch`
    (counted from 0) gets the batches of one that was never interrupted.

    Mixup (Zhang and others 2018, section 2): each row is blended with another one of its batch, with a share
    that is drawn from Beta(mixup, mixup) per batch.
    """

    def __init__(
        self,
        rows: Rows,
        batch_size: int,
        *,
        seed: int | None = None,
        mixup: float = 0.0,
        first_epoch: int = 0,
    ) -> None:
        super().__init__()
        self._rows = rows
        self._batch_size = batch_size
        self._mixup = mixup
        self._seed = seed
        self._epoch = first_epoch
        self._order = np.arange(rows.n)
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(self._rows.n / self._batch_size)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        start = number * self._batch_size
        numbers = self._order[start : start + self._batch_size]
        batch = [self._rows.inputs(numbers), self._rows.targets(numbers)]
        if self._rows.weights is not None:
            batch.append(self._rows.weights[numbers])
        return tuple(self._blend(batch, number) if self._mixup else batch)

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        self._epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        if self._seed is not None:
            self._order = np.random.default_rng([self._seed, self._epoch]).permutation(self._rows.n)

    def _blend(self, batch: list[Array], number: int) -> list[Array]:
        if self._seed is None:  # validation rows stay as they are
            return batch
        rng = np.random.default_rng([self._seed, self._epoch, number])
        # float32, as Python's floats would make float64 of images that are stored as uint8
        share = np.float32(rng.beta(self._mixup, self._mixup))
        partners = rng.permutation(len(batch[0]))
        return [share * array + (np.float32(1) - share) * array[partners] for array in batch]

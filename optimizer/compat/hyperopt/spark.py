"""Names that are imported from ``hyperopt.spark``: trials that are evaluated side by side."""

from __future__ import annotations

import logging
import os
from typing import Any

from optimizer.compat.hyperopt.trials import Trials
from optimizer.values import is_number, show_value

logger = logging.getLogger(__name__)

MAX_PARALLELISM = 128


class SparkTrials(Trials):
    """``Trials`` that ``fmin`` evaluates ``parallelism`` at a time, in threads of this process.

    There is no Spark here: in place of its executors, threads call the objective, which helps where it
    waits or computes outside of Python, as NumPy and Keras do. ``parallelism`` is the number of processors
    unless given, at most 128. ``timeout`` and ``loss_threshold`` are those of ``fmin`` where it has none. A
    trial that raises does not end the search. Raises ``ValueError`` for a wrong ``parallelism``.

    Examples
    --------
    >>> from optimizer import fmin, hp, rand
    >>> from optimizer.compat.hyperopt import SparkTrials
    >>> trials = SparkTrials(parallelism=2)
    >>> _ = fmin(abs, hp.uniform("x", -1, 1), rand.suggest, 4, trials=trials, rstate=0, verbose=False)
    >>> trials.statuses()
    ['ok', 'ok', 'ok', 'ok']

    """

    asynchronous = True

    def __init__(
        self,
        parallelism: int | None = None,
        timeout: float | None = None,
        loss_threshold: float | None = None,
        spark_session: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if parallelism is not None and not (is_number(parallelism) and parallelism == int(parallelism) >= 1):
            raise ValueError(f"parallelism must be a whole number from 1 on, got {show_value(parallelism)}")
        self.parallelism = min(int(parallelism or os.cpu_count() or 1), MAX_PARALLELISM)
        self.timeout = timeout
        self.loss_threshold = loss_threshold
        if spark_session is not None:
            logger.warning("spark_session has no effect: SparkTrials evaluates in threads of this process")


__all__ = ["SparkTrials"]

"""Hyperopt's face: what ``from hyperopt import ...`` gives, with the same names and meanings, over
``Optimizer``.

``docs/hyperopt.md`` says what differs, and why.
"""

from __future__ import annotations

from optimizer.compat.hp import scope, space_eval
from optimizer.compat.hyperopt import (
    anneal,
    atpe,
    base,
    early_stop,
    exceptions,
    hp,
    mix,
    plotting,
    progress,
    pyll,
    pyll_utils,
    rand,
    spark,
    tpe,
)
from optimizer.compat.hyperopt.documents import (
    JOB_STATE_CANCEL,
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
    JOB_STATES,
    STATUS_FAIL,
    STATUS_NEW,
    STATUS_OK,
    STATUS_RUNNING,
    STATUS_STRINGS,
    STATUS_SUSPENDED,
)
from optimizer.compat.hyperopt.domain import Ctrl, Domain
from optimizer.compat.hyperopt.early_stop import no_progress_loss
from optimizer.compat.hyperopt.exceptions import (
    AllTrialsFailed,
    DuplicateLabel,
    InvalidLoss,
    InvalidResultStatus,
    InvalidTrial,
)
from optimizer.compat.hyperopt.fmin import (
    fmin,
    fmin_pass_expr_memo_ctrl,
    generate_trials_to_calculate,
    partial,
)
from optimizer.compat.hyperopt.search.algos import DEFAULT_ALGO, auto, gp
from optimizer.compat.hyperopt.spark import SparkTrials
from optimizer.compat.hyperopt.trials import Trials, trials_from_docs

__all__ = [
    "DEFAULT_ALGO",
    "JOB_STATES",
    "JOB_STATE_CANCEL",
    "JOB_STATE_DONE",
    "JOB_STATE_ERROR",
    "JOB_STATE_NEW",
    "JOB_STATE_RUNNING",
    "STATUS_FAIL",
    "STATUS_NEW",
    "STATUS_OK",
    "STATUS_RUNNING",
    "STATUS_STRINGS",
    "STATUS_SUSPENDED",
    "AllTrialsFailed",
    "Ctrl",
    "Domain",
    "DuplicateLabel",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
    "SparkTrials",
    "Trials",
    "anneal",
    "atpe",
    "auto",
    "base",
    "early_stop",
    "exceptions",
    "fmin",
    "fmin_pass_expr_memo_ctrl",
    "generate_trials_to_calculate",
    "gp",
    "hp",
    "mix",
    "no_progress_loss",
    "partial",
    "plotting",
    "progress",
    "pyll",
    "pyll_utils",
    "rand",
    "scope",
    "space_eval",
    "spark",
    "tpe",
    "trials_from_docs",
]

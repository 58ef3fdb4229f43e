"""Names that are imported from ``hyperopt.base``."""

from __future__ import annotations

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
    TRIAL_KEYS,
    TRIAL_MISC_KEYS,
)
from optimizer.compat.hyperopt.domain import Ctrl, Domain
from optimizer.compat.hyperopt.exceptions import (
    AllTrialsFailed,
    DuplicateLabel,
    InvalidLoss,
    InvalidResultStatus,
    InvalidTrial,
)
from optimizer.compat.hyperopt.miscs import miscs_to_idxs_vals, miscs_update_idxs_vals, spec_from_misc
from optimizer.compat.hyperopt.trials import Trials, trials_from_docs

__all__ = [
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
    "TRIAL_KEYS",
    "TRIAL_MISC_KEYS",
    "AllTrialsFailed",
    "Ctrl",
    "Domain",
    "DuplicateLabel",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
    "Trials",
    "miscs_to_idxs_vals",
    "miscs_update_idxs_vals",
    "spec_from_misc",
    "trials_from_docs",
]

"""The contract tests of trainers, for packages that bring their own.

Examples:
    >>> from trainers.families import mlp
    >>> from trainers.testing import DECLARATION_CHECKS
    >>> for check in DECLARATION_CHECKS:
    ...     check(mlp.CLASSIFIER.info)

"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainers.testing.broken import ContractBroken
from trainers.testing.declaration_checks import DECLARATION_CHECKS
from trainers.testing.reporter import RecordingReporter
from trainers.testing.tiny_datasets import tiny_dataset
from trainers.testing.training_checks import TRAINING_CHECKS

if TYPE_CHECKING:
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family

__all__ = [
    "DECLARATION_CHECKS",
    "TRAINING_CHECKS",
    "ContractBroken",
    "RecordingReporter",
    "check_trainer",
    "tiny_dataset",
]


def check_trainer(family: Family, data: Dataset | None = None) -> None:
    """Check all that pages, samplers and workers expect of a trainer; ContractBroken names what is wrong.

    The trainings take seconds and load Keras. `data` is what they learn from, `tiny_dataset` without. In
    pytest, parametrize over DECLARATION_CHECKS, which take `family.info`, and TRAINING_CHECKS, which take
    family and data, to see each of them.

    Examples:
        >>> from trainers.families import mlp
        >>> check_trainer(mlp.REGRESSOR)

    """
    for check_declaration in DECLARATION_CHECKS:
        check_declaration(family.info)
    if data is None:
        data = tiny_dataset(family.info)
    for check_training in TRAINING_CHECKS:
        check_training(family, data)

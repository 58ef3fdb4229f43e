"""Writes model files of what Hyperas and Talos declare, for a person to read before they are used."""

from __future__ import annotations

import re

from trainers.custom.converting.hyperas import convert_hyperas
from trainers.custom.converting.talos import convert_talos
from trainers.custom.user_code import CodeInvalid


def convert_tuning_file(source: str) -> str:
    """Return the text of a model file; CodeInvalid says in a sentence why there is none.

    Nothing of the file is run.
    """
    if "{{" in source and "hyperas" in source:
        return convert_hyperas(source)
    if re.search(r"\b(?:import|from)\s+talos\b", source):
        return convert_talos(source)
    raise CodeInvalid(
        "Only files of Hyperas (with {{...}}) and Talos (with Scan) are converted. Files of Hyperopt, "
        "KerasTuner and Optuna need no conversion: load them as a custom model."
    )

"""How the command and the pytest plugin that it starts find each other."""

from typing import Final

TESTS_VARIABLE: Final = "HYPEROPT_TESTS"  # the folder with Hyperopt's tests
OUTCOMES_VARIABLE: Final = "HYPEROPT_OUTCOMES"  # the file for what came of each

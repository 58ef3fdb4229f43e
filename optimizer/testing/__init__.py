"""The contract tests that every sampler and every pruner passes, for those of your own, too.

``check_sampler`` and ``check_pruner`` raise an ``AssertionError`` that names the check, the search space and
what was wrong. Or run one check per test:

    @pytest.mark.parametrize("check", SAMPLER_CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check(MySampler)
"""

from __future__ import annotations

from optimizer.testing.pruners import PRUNER_CHECKS, check_pruner
from optimizer.testing.samplers import SAMPLER_CHECKS, check_sampler

__all__ = ["PRUNER_CHECKS", "SAMPLER_CHECKS", "check_pruner", "check_sampler"]

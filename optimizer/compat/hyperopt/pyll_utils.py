"""Names that are imported from ``hyperopt.pyll_utils``: ``hp.uniform`` is ``hp_uniform`` there."""

from __future__ import annotations

from optimizer.compat import hp

hp_choice = hp.choice
hp_lognormal = hp.lognormal
hp_loguniform = hp.loguniform
hp_normal = hp.normal
hp_pchoice = hp.pchoice
hp_qlognormal = hp.qlognormal
hp_qloguniform = hp.qloguniform
hp_qnormal = hp.qnormal
hp_quniform = hp.quniform
hp_randint = hp.randint
hp_uniform = hp.uniform
hp_uniformint = hp.uniformint

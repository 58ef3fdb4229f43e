"""What `import optimizer` loads, which every worker and web process waits for."""

import subprocess
import sys


def test_importing_the_optimizer_leaves_importance_and_slow_imports_alone():
    slow = "{'optimizer.importance', 'optimizer.compat', 'scipy.stats', 'scipy.optimize'}"
    code = f"import optimizer, sys; sys.exit(bool({slow} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""What executions say of themselves, beside the database: one JSON object per line, only ever appended.

A line is one write to a descriptor opened with O_APPEND, so lines of many processes never mix. The journal
belongs to the trainings and to what wraps the workers; nothing of Parzen reads it.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

# Its name begins with PYTHON because a training sees such variables of its worker, and few others.
VARIABLE = "PYTHON_FAULT_JOURNAL"


def append(what: str, **fields: Any) -> None:
    line = json.dumps({"what": what, "at": time.time(), **fields}) + "\n"
    descriptor = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

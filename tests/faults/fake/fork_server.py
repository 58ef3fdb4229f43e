"""Parzen's own fork server and child, with the fake trainer in place of Keras. Run as `-m ... FD`.

Forking, pipe, process groups and exit codes are the real ones; only what takes seconds to load is left out.
"""

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import optimizer.objective  # noqa: F401, loads SciPy once and not in every child
from tests.faults.fake import trainer
from trainers import registry
from trainers.processes import child, fork_server

# What this process trains; set in the child.
job: dict[str, Any] = {}


def serve(descriptor: int) -> None:
    warm, keras = ModuleType("trainers.processes.preload"), ModuleType("keras")
    keras.backend = SimpleNamespace(backend=lambda: "none")  # type: ignore[attr-defined]
    sys.modules |= {"trainers.processes.preload": warm, "keras": keras}
    registry._known().trainers["fake"] = (trainer.INFO, trainer.train)
    child.load_dataset = _no_data
    real_main = child.child_main

    def child_main(connection: Any, job_json: str) -> None:
        job.update(json.loads(job_json))
        real_main(connection, job_json)

    child.child_main = child_main
    fork_server.main(descriptor)


def _no_data(*_: object, **__: object) -> Any:
    return SimpleNamespace(info=SimpleNamespace(label="nothing", n_train=0, n_validation=0, n_test=0))


if __name__ == "__main__":
    from tests.faults.fake.fork_server import serve as serve_as_module  # not as __main__: children import it

    serve_as_module(int(sys.argv[1]))

"""Keras' backend in a training's process: its threads, its determinism, what it compiles."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_COMPILED_BYTES = 500_000_000  # the least recently used is deleted first


def set_up_backend(threads: int, cache_dir: Path | None, *, is_deterministic: bool = False) -> None:
    """Limit the backend's threads and set JAX's compilation cache; call it before the first operation.

    On a CPU all operations are deterministic; with `is_deterministic` those on a GPU are, too, and slower.
    """
    import keras  # noqa: PLC0415, the module is also read without Keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        if is_deterministic:
            tf.config.experimental.enable_op_determinism()
    elif backend == "jax":
        os.environ["NPROC"] = str(threads)  # how many cores XLA believes in
        if is_deterministic:
            os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_gpu_deterministic_ops=true"
        if cache_dir:
            _cache_compiled(cache_dir / "jax")


def _cache_compiled(folder: Path) -> None:
    """Let JAX store what it compiles: of the 2.2 seconds of a training of digits, compiling takes two."""
    import jax  # noqa: PLC0415

    for name, value in {
        "jax_compilation_cache_dir": str(folder),
        "jax_compilation_cache_max_size": MAX_COMPILED_BYTES,
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }.items():
        jax.config.update(name, value)  # type: ignore[no-untyped-call]

"""Keras trainings with knobs. They know budgets and reports; they know no database, queue or page.

Importing this package loads neither Keras nor TensorFlow nor scikit-learn: the web process reads knobs,
metrics, presets and datasets from here. Keras is loaded by `trainers.registry.load_trainer` only, which
runs in a trainer process (`trainers.processes.child`, started by `trainers.processes.host`).
"""

"""KerasTuner's names, as files that were written for it import them. Its searches are recorded, not run."""

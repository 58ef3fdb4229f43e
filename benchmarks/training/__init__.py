"""Parzen's trainings beside the loops that people write without it: wall time, and the winner's worth."""

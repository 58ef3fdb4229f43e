"""The sentence below a study's name: who started it, how it is going, and what comes next."""

from collections.abc import Mapping

from dashboard.engine.claims import EXHAUSTED
from dashboard.engine.line import Line
from dashboard.models import Study, StudyState
from dashboard.wording import about, count_noun, duration, person_name, place


def study_sentence(study: Study, counts: Mapping[str, int], seconds: float, line: Line | None) -> str:
    """Who, and what comes next."""
    owner = person_name(study.owner)
    if study.state == StudyState.DRAFT:
        return f"Created by {owner}. Not started yet."
    if study.state != StudyState.RUNNING:
        return f"{_reason(study, counts)}. {_spent(study, counts, seconds)}"
    n_running = counts.get("running", 0)
    if study.is_draining:
        n_open = n_running + counts.get("waiting", 0)
        last = "the last trial" if n_open == 1 else f"the last {count_noun(n_open, 'trial')}"
        return f"No new trials. The study stops after {last}."
    waits = "Waiting for a script of yours to ask for a trial" if study.is_external else _waits(line)
    doing = f"{count_noun(n_running, 'trial')} running" if n_running else waits
    n_done = sum(counts.get(s, 0) for s in ("complete", "pruned", "infeasible", "failed", "left_out"))
    ahead = ""
    if n_running and n_done >= 2 and seconds > 0:
        left = (study.max_trials - n_done) * seconds / n_done
        ahead = f", about {about(max(1, round(left)))} left at this pace"
    return f"Started by {owner}. {doing}{ahead}."


def _waits(line: Line | None) -> str:
    if line is None:
        return "Waiting for a free worker slot"
    soon = "" if line.seconds is None else f", about {duration(max(1, round(line.seconds)))}"
    return f"Waiting for a free worker slot: {place(line.number)} in line{soon}"


def _reason(study: Study, counts: Mapping[str, int]) -> str:
    """Why it is not running. A sampler that had nothing more to propose says so in words for programmers."""
    if study.state == StudyState.FINISHED and study.state_reason.startswith(EXHAUSTED):
        n = count_noun(sum(counts.values()), "point")
        return f"{EXHAUSTED}: all {n} tried"
    return study.state_reason


def _spent(study: Study, counts: Mapping[str, int], seconds: float) -> str:
    n_running = counts.get("running", 0)
    if study.state == StudyState.PAUSED and n_running:
        return f"{count_noun(n_running, 'trial')} still running."
    return f"{count_noun(sum(counts.values()), 'trial')} in {duration(round(seconds, 1))}."

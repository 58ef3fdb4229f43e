"""The studies of a fault run: created a few at a time, paused, resumed and stopped, until all have ended."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User

from dashboard.engine import fences
from dashboard.engine.fences import Fence, Outcome
from dashboard.engine.lifecycle import create_study, pause_study, resume_study, start_study, stop_study
from dashboard.models import Attempt, AttemptState, FailureKind, Study, StudyState
from tests.faults.fake import journal

AT_ONCE = 4
SAMPLERS = ("random", "tpe", "auto", "sobol", "gp")
# One trial each, as bad as a training can be; the budget of a run holds them all.
EXTREMES = (("print", 1_000.0), ("report", 1_000.0), ("hang", 1.0), ("leak", 1.0), ("close", 1.0))
# Zombies write for one of the attempts that began last.
LATE_AMONG = 50
# Of an attempt, what makes a `Fence`.
FENCE = ("trial__study_id", "trial_id", "trial__number", "number")
LATE_WRITES = {
    "finish_trial": lambda fence: fences.finish_trial(fence, Outcome(-1.0, 1, {}, 1.0, 1, {})),
    "fail_trial": lambda fence: fences.fail_trial(fence, kind=FailureKind.ERROR, message="Too late."),
    "lose_trial": lambda fence: fences.lose_trial(fence, reason="Too late."),
    "return_trial": lambda fence: fences.return_trial(fence, reason="Too late."),
    "report_steps": lambda fence: fences.report_steps(fence, steps=[], objective="val_loss", log="Too late."),
    "renew_lease": fences.renew_lease,
}


@dataclass
class Workload:
    """`n_trials` in all; those of studies that are stopped midway come on top."""

    rng: random.Random
    n_trials: int
    counts: Counter[str] = field(default_factory=Counter)
    n_made: int = 0
    n_planned: int = 0

    def keep_busy(self) -> bool:
        """Make new studies where few are at work. False when the last one has ended."""
        at_work = Study.objects.filter(state__in=(StudyState.RUNNING, StudyState.PAUSED)).count()
        while at_work < AT_ONCE and self.n_planned < self.n_trials:
            self._make_next()
            at_work += 1
        self._recover_half_made()
        return at_work > 0

    def disturb(self) -> None:
        """What people do meanwhile."""
        study = Study.objects.filter(state__in=(StudyState.RUNNING, StudyState.PAUSED)).order_by("?").first()
        if study is None:
            return
        if study.state == StudyState.PAUSED:
            self.counts["resume"] += resume_study(study_id=study.pk, by="Ada")
        elif "stopped" in study.name:
            if study.trials.count() * 2 > study.max_trials:
                self.counts["stop"] += stop_study(study_id=study.pk, by="a fault run")
        elif self.rng.random() < 0.3:
            self.counts["pause"] += pause_study(study_id=study.pk, by="a fault run")

    def write_late(self) -> None:
        """As zombies do: report, finish, fail, lose and return attempts that are over."""
        attempts = Attempt.objects.exclude(state=AttemptState.RUNNING).order_by("-pk")[:LATE_AMONG]
        fences = [Fence(*row) for row in attempts.values_list(*FENCE)]
        for fence in self.rng.sample(fences, min(4, len(fences))):
            name = self.rng.choice(sorted(LATE_WRITES))
            is_accepted = bool(LATE_WRITES[name](fence))
            journal.append(
                "late", verb=name, trial_id=fence.trial_id, attempt=fence.attempt, is_accepted=is_accepted
            )

    def _make_next(self) -> None:
        n = self.n_made
        self.n_made += 1
        if self.n_trials >= 1_000 and n < len(EXTREMES):
            mix, amount = EXTREMES[n]
            self._start(n, "extreme", mix, amount, max_trials=1, max_trial_seconds=20)
            self.n_planned += 1
        elif n % 10 == 9:
            self._start(n, "stopped", "wild", 0.1, max_trials=20)
        else:
            n_trials = min(self.rng.randrange(15, 60), self.n_trials - self.n_planned)
            self._start(n, "plain", self.rng.choice(("calm", "wild", "wild")), 0.1, max_trials=n_trials)
            self.n_planned += n_trials

    def _start(self, n: int, kind: str, mix: str, amount: float, **limits: Any) -> None:
        fields = {
            "name": f"{kind} {n}",
            "dataset": "none",
            "trainer": "fake",
            "objective": "val_loss",
            "direction": "minimize",
            "sampler": SAMPLERS[n % len(SAMPLERS)],
            "max_epochs": 2,
            "n_parallel": self.rng.randrange(1, 5),
            "max_trial_seconds": 3,
            "max_failures": 1_000,
        }
        owner = User.objects.get()
        study = create_study(owner=owner, space=_space(n, mix, amount), seed=n, **fields | limits)
        start_study(study_id=study.pk, by="Ada")

    def _recover_half_made(self) -> None:
        """A study whose start met a database that went away."""
        for study in Study.objects.filter(state=StudyState.DRAFT):
            start_study(study_id=study.pk, by="Ada")


def _space(number: int, mix: str, amount: float) -> dict[str, Any]:
    constants = {"study": number, "mix": mix, "amount": amount}
    return {
        "version": 1,
        "params": [
            {"name": "x", "type": "float", "low": 0.0, "high": 1.0},
            {"name": "y", "type": "float", "low": 0.0, "high": 1.0},
            *({"name": name, "type": "constant", "value": value} for name, value in constants.items()),
        ],
    }

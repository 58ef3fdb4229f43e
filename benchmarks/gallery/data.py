"""What the pictures show: params and reasons of the real samplers and pruner, values of a made-up function.

Nothing was trained. Everything is drawn with fixed seeds, so that the same pictures come again; only moments
follow the clock.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field
from typing import Any

from benchmarks.synthetic import SPACE, attempt_of

N_LONG, N_SHORT, N_RUNNING = 120, 60, 3
MAX_EPOCHS = 20
SECONDS_AN_EPOCH, N_PARALLEL = 1.9, 4
SEEDS = (1, 2, 3)
OFFSETS = {"adam": 0.0, "adamw": -0.004, "rmsprop": 0.006, "sgd": 0.03}


def final_loss(params: dict[str, Any]) -> float:
    """Best at a learning rate of about 0.001, with AdamW, two layers, and some dropout."""
    away = math.log10(params["learning_rate"]) + 3
    loss = 0.078 + 0.035 * away**2 + OFFSETS[params["optimizer"]]
    loss += 0.006 * abs(params["n_layers"] - 2) + 0.05 * (params["dropout_1"] - 0.2) ** 2
    loss += 0.012 * (1 - params["units_1"] / 512) + 0.004 * abs(math.log10(params["l2"]) + 5)
    return float(loss + 0.004 * abs(math.log2(params["batch_size"]) - 6))


def curve_of(params: dict[str, Any], draw: random.Random) -> list[float]:
    """Validation losses by epoch: they fall quickly at first, and shake."""
    final = final_loss(params) * math.exp(draw.gauss(0, 0.03))
    speed = 2.2 + 2 * abs(math.log10(params["learning_rate"]) + 2.5)
    return [
        final * (1 + 5 * math.exp(-step / speed)) * math.exp(draw.gauss(0, 0.015))
        for step in range(1, MAX_EPOCHS + 1)
    ]


@dataclass
class Search:
    """A study that is filled by asking and telling the optimizer, as workers would."""

    study: Any
    draw: random.Random
    trials: list[Any] = field(default_factory=list)
    reports: list[tuple[Any, list[float]]] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)

    def fill(self, n: int, n_running: int = 0) -> None:
        from django.utils import timezone

        from optimizer import Optimizer, SearchSpace

        study, free = self.study, [0.0] * N_PARALLEL
        optimizer = Optimizer(
            SearchSpace.from_json(study.space), study.sampler, seed=study.seed, pruner=study.pruner or None
        )
        began = timezone.now() - dt.timedelta(hours=2)
        for number in range(n + n_running):
            slot = free.index(min(free))
            started = began + dt.timedelta(seconds=free[slot])
            seconds = self._try(optimizer, number, started, is_running=number >= n)
            self.slots.append(slot + 1)
            free[slot] += seconds + 1.5
        self._save(began, is_running=bool(n_running))

    def _try(self, optimizer: Any, number: int, started: dt.datetime, *, is_running: bool) -> float:
        """How many seconds it took."""
        asked = optimizer.ask()
        losses = curve_of(asked.params, self.draw)
        n_steps, state = MAX_EPOCHS, "running" if is_running else "complete"
        if is_running:
            n_steps = 4 + 3 * (number % 4)
        elif self.draw.random() < 0.03:
            n_steps, state = self.draw.randint(1, 4), "failed"
        for step, loss in enumerate(losses[:n_steps], 1):
            if optimizer.report(asked.number, step, loss) and state == "complete":
                n_steps, state = step, "pruned"
                break
        losses = losses[:n_steps]
        if not is_running:
            value = min(losses) if state == "complete" else None
            optimizer.tell(asked.number, value, state=state)
        seconds = n_steps * SECONDS_AN_EPOCH * (0.8 + 0.4 * self.draw.random())
        self._keep(asked, state, losses, started, seconds)
        return seconds

    def _keep(
        self, asked: Any, state: str, losses: list[float], started: dt.datetime, seconds: float
    ) -> None:
        from dashboard.charts.explanations import kept_explanation
        from dashboard.models import FailureKind, Origin, Trial, TrialState

        best, is_over = min(losses), state != "running"
        is_complete, has_failed = state == TrialState.COMPLETE, state == TrialState.FAILED
        space = self.study.search_space
        trial = Trial(
            study=self.study,
            number=asked.number,
            state=state,
            params=asked.params,
            origin=Origin(asked.explanation["kind"]),
            sampler=asked.explanation["sampler"],
            explanation=kept_explanation(asked.explanation, asked.params, space),
            value=best if is_complete else None,
            best_step=losses.index(best) + 1 if is_complete else None,
            metrics=_metrics(best) if is_complete else {},
            step=len(losses),
            step_value=losses[-1],
            attempt=1,
            started_at=started,
            finished_at=started + dt.timedelta(seconds=seconds) if is_over else None,
            seconds=seconds if is_complete or state == TrialState.PRUNED else None,
            n_parameters=1_000 * asked.params["units_1"],
            failure_kind=FailureKind.OUT_OF_MEMORY if has_failed else "",
            failure_message="The training ran out of memory." if has_failed else "",
        )
        self.trials.append(trial)
        self.reports.append((trial, losses))

    def _save(self, began: dt.datetime, *, is_running: bool) -> None:
        from dashboard.models import Attempt, Report, Study, Trial

        Trial.objects.bulk_create(self.trials)
        attempts = Attempt.objects.bulk_create(
            [attempt_of(trial, slot) for trial, slot in zip(self.trials, self.slots, strict=True)]
        )
        Report.objects.bulk_create(
            Report(attempt=attempt, step=step, metrics=_metrics(loss), seconds=step * SECONDS_AN_EPOCH)
            for attempt, (_, losses) in zip(attempts, self.reports, strict=True)
            for step, loss in enumerate(losses, 1)
        )
        ends = [trial.finished_at for trial in self.trials if trial.finished_at]
        spent = (max(ends) - began).total_seconds()
        fields = {"started_at": began, "version": 1, "seconds_before": spent}
        if not is_running:
            words = f"Budget reached: {len(self.trials)} trials"
            fields |= {"state": "finished", "state_reason": words, "finished_at": max(ends)}
        Study.objects.filter(pk=self.study.pk).update(**fields)


def _metrics(loss: float) -> dict[str, float]:
    return {"val_loss": loss, "val_accuracy": math.exp(-0.42 * loss), "loss": 0.82 * loss}


def fill(owner: Any) -> dict[str, Any]:
    """The studies by the names that the list of pages uses."""
    from dashboard.models import Study, Worker
    from tests.builders import study_fields

    common = {"space": SPACE, "max_epochs": MAX_EPOCHS, "n_parallel": N_PARALLEL, "state": "running"}

    def study(n: int, n_running: int = 0, **changes: Any) -> Any:
        made = Study.objects.create(owner=owner, **study_fields(**{**common, **changes}))
        Search(made, random.Random(made.seed)).fill(n, n_running)
        made.refresh_from_db()
        return made

    repeats = [
        study(N_SHORT, name=f"Digits, {label}, seed {seed}", sampler=sampler, seed=seed, max_trials=N_SHORT)
        for label, sampler in (("TPE", "tpe"), ("random search", "random"))
        for seed in SEEDS
    ]
    main = study(
        N_LONG, N_RUNNING, name="Digits: depth, optimizer, and regularization", sampler="tpe", seed=7,
        pruner="median", max_trials=200, target_value=0.075,
    )  # fmt: skip
    Study.objects.create(
        owner=owner, **study_fields(**{**common, "name": "Wine: wider layers", "state": "draft"})
    )
    now = main.started_at + dt.timedelta(hours=2)
    Worker.objects.create(
        name="gpu-1:4711", n_slots=4, started_at=now, alive_until=now + dt.timedelta(days=1)
    )
    return {"main": main, "repeats": repeats}

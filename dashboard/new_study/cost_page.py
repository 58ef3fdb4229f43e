"""What a study would cost, from what its networks cost and from its budget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Any

from django.conf import settings

from dashboard.models import Cost
from dashboard.new_study.costs import cost_given, cost_key
from dashboard.new_study.study_forms import StudyForms
from dashboard.wording import about, count_noun, duration, thousands

LABELS = {"smallest": "Smallest network", "default": "With the defaults", "largest": "Largest network"}
MINUTE = 60
SHORTEST = 0.1  # seconds of an epoch that are told apart


@dataclass(frozen=True)
class Network:
    label: str
    parameters: str
    epoch: str


@dataclass(frozen=True)
class CostPage:
    """`given` is what the answer is about, None while the form does not say it."""

    forms: StudyForms
    given: dict[str, Any] | None
    question: Cost | None

    @property
    def networks(self) -> list[Network]:
        answer = self.question.answer if self.question else {}
        found = {label: answer[name] for name, label in LABELS.items() if name in answer}
        if len({one["n_parameters"] for one in found.values()}) == 1:
            found = {"All networks": answer["default"]}
        return [
            Network(label, thousands(one["n_parameters"]), _epoch(one["epoch_seconds"]))
            for label, one in found.items()
        ]

    @cached_property
    def budget(self) -> dict[str, Any] | None:
        """As typed, None while it is not right."""
        form = self.forms.study
        form.is_valid()
        wanted = ("max_trials", "max_epochs", "n_parallel", "n_folds", "max_minutes")
        if any(name in form.errors for name in wanted):
            return None
        return {name: form.cleaned_data[name] for name in wanted}

    @property
    def about(self) -> str:
        """How long the study takes, as a rule."""
        seconds = self._seconds(self._sampled)
        return f"About {about(fmean(seconds))}" if seconds else ""

    @property
    def words(self) -> str:
        assert self.budget  # noqa: S101 (asked for where there is `about` only)
        at_once = self._at_once
        folds = f", {self.budget['n_folds']} folds each" if self.budget["n_folds"] else ""
        return (
            f"for {count_noun(self.budget['max_trials'], 'trial')} of "
            f"{count_noun(self.budget['max_epochs'], 'epoch')}{folds}, {at_once} in parallel"
        )

    @property
    def range(self) -> str:
        answer = self.question.answer if self.question else {}
        every = [*self._sampled, *(answer[name] for name in LABELS if name in answer)]
        seconds = self._seconds(every)
        if not seconds:
            return ""
        least, most = (about(end) for end in (min(seconds), max(seconds)))
        return f"Between {least} (all trials use the fastest network) and {most} (all use the slowest)."

    @property
    def disturbance(self) -> str:
        """What made the times longer than they are."""
        n = self.question.answer.get("n_running", 0) if self.question else 0
        if not n:
            return ""
        trials = f"{count_noun(n, 'trial')} {'was' if n == 1 else 'were'} training"
        return f"{trials} on this machine meanwhile, so these times are upper bounds."

    @property
    def limit(self) -> str:
        """What the study time cuts off."""
        minutes = self.budget["max_minutes"] if self.budget else None
        seconds = self._seconds(self._sampled)
        if not minutes or not seconds or fmean(seconds) <= minutes * MINUTE:
            return ""
        return f"The study time limit of {duration(minutes * MINUTE)} stops it earlier."

    @property
    def _sampled(self) -> Sequence[dict[str, Any]]:
        return self.question.answer.get("sampled", []) if self.question else []

    @property
    def _at_once(self) -> int:
        return min(self.budget["n_parallel"], settings.SLOTS) if self.budget else 1

    def _seconds(self, networks: Iterable[dict[str, Any]]) -> list[float]:
        """Of the whole study, were all its trials like this one."""
        if self.budget is None:
            return []
        n_trainings = self.budget["max_trials"] * (self.budget["n_folds"] or 1)
        return [
            n_trainings
            / self._at_once
            * (one["start_seconds"] + self.budget["max_epochs"] * one["epoch_seconds"])
            for one in networks
            if one["epoch_seconds"] is not None
        ]


def given_by(forms: StudyForms) -> dict[str, Any] | None:
    """What the form says of networks and data; None while that is not right."""
    space, chosen = forms.planned_space, forms.study["dataset"].value()
    dataset = forms.study.datasets.get(chosen)
    if space is None or dataset is None or not dataset.is_available:
        return None
    return cost_given(trainer=forms.trainer.name, dataset=dataset.name, space=space.to_json())


def cost_page(forms: StudyForms, given: dict[str, Any] | None) -> CostPage:
    question = Cost.objects.filter(key=cost_key(given)).first() if given else None
    return CostPage(forms, given, question)


def _epoch(seconds: float | None) -> str:
    if seconds is None:
        return "too large to measure"
    return duration(seconds)

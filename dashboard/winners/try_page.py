"""What came of trying a model."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from dashboard.models import Prediction, Trial
from dashboard.winners.forms import TryForm, can_be_tried
from dashboard.wording import metric, percent

# Of the classes, the likeliest.
SHOWN = 5


@dataclass(frozen=True)
class Share:
    name: str
    words: str


@dataclass(frozen=True)
class TryPage:
    """The form, and the person's latest answer."""

    trial: Trial
    form: TryForm
    kind: str
    last: Prediction | None

    @property
    def answer(self) -> str:
        found = self.last.answer if self.last else {}
        return str(found["class"]) if "class" in found else metric(found.get("value"))

    @property
    def ahead(self) -> list[Share]:
        """Of a series: what follows, row by row. Of other models: several outputs."""
        found = self.last.answer.get("values", []) if self.last else []
        name = "row {} ahead" if self.kind == "series" else "output {}"
        return [Share(name.format(number), metric(value)) for number, value in enumerate(found, 1)]

    @property
    def shares(self) -> list[Share]:
        found: dict[str, float] = self.last.answer.get("probabilities", {}) if self.last else {}
        likely = sorted(found.items(), key=lambda item: -item[1])[:SHOWN]
        return [Share(name, percent(share)) for name, share in likely]


def try_page(
    trial: Trial, user: User, reading: dict[str, Any], form: TryForm | None = None
) -> TryPage | None:
    """None where the model cannot be tried on a page."""
    if not can_be_tried(reading):
        return None
    last = Prediction.objects.filter(trial=trial, by=user).first()
    return TryPage(trial, form or TryForm(reading=reading), reading["kind"], last)

"""What a fault run measured."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.models import Attempt, Report, Trial
from tests.faults.events import events
from tests.faults.fake import journal

if TYPE_CHECKING:
    from tests.faults.checker import Finding
    from tests.faults.faults import Chaos


def print_figures(chaos: "Chaos", folder: Path, seconds: float) -> None:
    lines = journal.read(folder / "journal")
    n = Trial.objects.count()
    print(f"{n} trials in {seconds:.0f} s ({n / seconds:.1f} a second), {_listed('state', Trial)}")
    print(f"attempts: {_listed('state', Attempt)}; reports: {Report.objects.count()}")
    print(f"verbs that ended: {_counted(Counter(line['verb'] for line in lines if line['what'] == 'end'))}")
    print(f"faults: {_counted(chaos.counts)}")
    taken, claimed = recovery_seconds(chaos, lines)
    print(f"from a worker's death to the end of its leases: {_spread(taken)}")
    print(f"from a worker's death to the next claim of its trials: {_spread(claimed)}")
    print(f"from SIGTERM to the end of the worker: {_spread(chaos.hand_backs)}")
    zombies = [line for line in lines if line["what"] == "late"]
    refused = Counter(line["verb"] for line in zombies if not line["is_accepted"])
    print(
        f"late writes of zombies: {len(zombies)} attempted, {refused.total()} refused ({_counted(refused)})"
    )
    own = Counter(line["verb"] for line in lines if line["what"] == "write" and not line["is_accepted"])
    print(f"late writes of workers that were refused: {_counted(own)}")
    print(f"trainings that came to their end and were not recorded: {unrecorded(lines)}")


def recovery_seconds(chaos: "Chaos", lines: list[dict]) -> tuple[list[float], list[float]]:
    """For every trial that a killed worker held: when it was taken back, and when it was claimed again."""
    claims = [line for line in lines if line["what"] == "claim"]
    history: dict[int, list] = {}
    for event in events():
        if event.kind == "trial":
            history.setdefault(event.pk, []).append(event)
    taken, claimed = [], []
    for kill in chaos.kills:
        for claim in claims:
            if claim["worker"] != kill.pid or claim["at"] > kill.at:
                continue
            after = [e for e in history[claim["trial_id"]] if e.at.timestamp() > kill.at]
            if not after or (after[0].old_state, after[0].old_attempt) != ("running", claim["attempt"]):
                continue  # it had ended before
            taken.append(after[0].at.timestamp() - kill.at)
            again = [e for e in after if e.new_state == "running"]
            claimed += [again[0].at.timestamp() - kill.at] if again else []
    return taken, claimed


def unrecorded(lines: list[dict]) -> int:
    complete = Attempt.objects.filter(state="complete").values_list(
        "trial__study__seed", "trial__number", "number"
    )
    ends = {(line["study"], line["trial"], line["attempt"]) for line in lines if line["what"] == "end"}
    return len(ends - set(complete))


def last_line(findings: "list[Finding]", chaos: "Chaos") -> str:
    kinds = Counter(finding.kind for finding in findings)
    kills = sum(n for name, n in chaos.counts.items() if name.startswith("kill"))
    return (
        f"trials={Trial.objects.count()} kills={kills} lost={kinds['lost']} doubled={kinds['doubled']}"
        f" changed={kinds['changed']} over_budget={kinds['over_budget']} other={kinds['other']}"
    )


def _listed(field: str, model: type) -> str:
    return _counted(Counter(model.objects.values_list(field, flat=True)))  # type: ignore[attr-defined]


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counter.most_common()) or "none"


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return f"p50 {at(0.5):.1f} s, p99 {at(0.99):.1f} s, most {ordered[-1]:.1f} s (n = {len(ordered)})"

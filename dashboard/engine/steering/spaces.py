"""Another search space for a study that has trials: the next version, from the next suggestion on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from dashboard.engine.hints import announce_work
from dashboard.engine.lifecycle import check_steerable, check_trainable, record_event
from dashboard.engine.search.fitting import Fit, fit_of, is_point
from dashboard.engine.search.observations import ENDED, n_made
from dashboard.engine.steering.waiting import cancel_waiting
from dashboard.models import SpaceVersion, Study, StudyState, TrialState
from dashboard.refusal import Refused, check_text
from dashboard.wording import count_noun, person_name
from optimizer import SearchSpace
from optimizer.samplers.grid import GridSampler
from optimizer.values import Value, show_value

# Above this, nobody waits for a grid to be walked.
MAX_GRID = 100_000


@dataclass(frozen=True)
class SpaceChange:
    """What a new space did."""

    number: int
    from_trial: int
    # Ended trials, and those of them that go on teaching the sampler.
    n_ended: int
    n_fitting: int
    # Trials that waited and were removed, because they do not fit.
    removed: list[int]


def change_space(
    *,
    study_id: int,
    space: Mapping[str, Any],
    by: str,
    defaults: Mapping[str, Value] | None = None,
    seen: int | None = None,
) -> SpaceChange:
    """Let the study suggest from this space from now on. Raises SpaceError or Refused.

    `defaults` are what the trials so far count as having of params that are new. `seen` is the number of the
    version that the person has changed, where somebody else may have changed it meanwhile.
    """
    check_text(space)
    new = SearchSpace.from_json(dict(space))
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        old = study.search_space
        number = current_version(study)
        if seen is not None and seen != number:
            raise Refused("Somebody changed the search space meanwhile. Look at it, then change it again.")
        _check_change(study, old, new)
        given = _defaults(old, new, defaults or {})
        from_trial = n_made(study_id)
        if number == 1:
            _keep_first(study)
        SpaceVersion.objects.create(
            study=study,
            number=number + 1,
            space=new.to_json(),
            defaults=given,
            from_trial=from_trial,
            by=by[:150],
        )
        # Trainings go on; only claims need the lock, and they look at `n_rewrites` again under it.
        Study.objects.filter(pk=study_id).update(
            space=new.to_json(), version=F("version") + 1, n_rewrites=F("n_rewrites") + 1
        )
        study.refresh_from_db()
        change = _change(study, number + 1, from_trial)
        record_event(study_id, _words(old, new, change), by=by)
        if study.state == StudyState.RUNNING:
            announce_work(study.n_parallel, study.queue)
    return change


def current_version(study: Study) -> int:
    """A study whose space was never changed has version 1, and no row that says so."""
    last = study.space_versions.order_by("-number").values_list("number", flat=True).first()
    return last or 1


def count_fitting(study: Study, fit: Fit | None = None) -> tuple[int, int]:
    """Ended trials, and how many of them are points of the study's space."""
    fit = fit or fit_of(study)
    rows = study.trials.filter(state__in=ENDED).order_by().values_list("number", "params")
    n = n_fitting = 0
    for number, params in rows.iterator(5_000):
        n += 1
        n_fitting += fit.params(number, params) is not None
    return n, n_fitting


def _check_change(study: Study, old: SearchSpace, new: SearchSpace) -> None:
    check_steerable(study)
    check_trainable(study)
    if study.state == StudyState.DRAFT:
        raise Refused(f"{study.name} has not started. Edit the draft instead.")
    if new.fingerprint == old.fingerprint:
        raise Refused("Nothing has changed. Change a bound, a choice, or what is searched.")
    if not new.searched:
        raise Refused("No parameter is searched any more. Search at least one.")
    if study.sampler == "grid":
        _check_grid(study, new)


def _check_grid(study: Study, new: SearchSpace) -> None:
    """The grid is that of the new space; what was tried of it is not tried again."""
    size = GridSampler().size(new)
    if size > MAX_GRID:
        return
    grid, fit = GridSampler().grid(new), Fit(new, is_changed=True)
    params = study.trials.exclude(state=TrialState.CANCELLED).values_list("number", "params")
    tried = {new.key(known) for number, own in params if (known := fit.params(number, own)) is not None}
    if all(new.key(grid.point_at(place)) in tried for place in range(size)):
        raise Refused(
            f"All {count_noun(size, 'point')} of the grid of this space have been tried. Widen it, or change "
            "the sampler first."
        )


def _defaults(old: SearchSpace, new: SearchSpace, given: Mapping[str, Value]) -> dict[str, Value]:
    """Of every param that is new and that trials so far may use."""
    added = [name for name in new.names if name not in old]
    for name in given:
        if name not in added:
            raise Refused(f"{name} is not new, so it needs no value for earlier trials.")
    defaults: dict[str, Value] = {}
    for name in added:
        distribution, when = new[name].distribution, new[name].when
        if name in given:
            if not distribution.contains(given[name]):
                raise Refused(
                    f"{name}: the value for earlier trials must be one of {distribution.describe()}, not "
                    f"{show_value(given[name])}."
                )
            defaults[name] = given[name]
        elif when is None:
            raise Refused(f"{name} is new. Enter the value that earlier trials count as having.")
    return defaults


def _keep_first(study: Study) -> None:
    SpaceVersion.objects.create(
        study=study,
        number=1,
        space=study.space,
        from_trial=0,
        by=person_name(study.owner)[:150],
        at=study.started_at or study.created_at,
    )


def _change(study: Study, number: int, from_trial: int) -> SpaceChange:
    """Needs the study locked, with its new space."""
    fit = fit_of(study)
    waiting = study.trials.filter(state=TrialState.WAITING).order_by("number")
    gone = [
        (pk, n)
        for pk, n, params in waiting.values_list("pk", "number", "params")
        if not is_point(fit.space, params)
    ]
    cancel_waiting([pk for pk, _ in gone], f"Removed because it does not fit space {number}.")
    return SpaceChange(number, from_trial, *count_fitting(study, fit), [n for _, n in gone])


def _words(old: SearchSpace, new: SearchSpace, change: SpaceChange) -> str:
    left = change.n_ended - change.n_fitting
    parts = [f"changed the search space to version {change.number}: {'; '.join(differences(old, new))}"]
    if left:
        parts.append(f"{count_noun(left, 'trial')} left out of the model")
    if change.removed:
        parts.append(f"removed waiting {', '.join(f'#{n}' for n in change.removed)}")
    return ". ".join(parts)


def differences(old: SearchSpace, new: SearchSpace) -> list[str]:
    """As in: learning_rate 1e-4 to 0.1 → 1e-3 to 1."""
    found = []
    for name in dict.fromkeys((*old.names, *new.names)):
        before = old[name].distribution.describe() if name in old else "not used"
        after = new[name].distribution.describe() if name in new else "not used"
        if before != after:
            found.append(f"{name} {before} → {after}")
    return found or ["other conditions"]

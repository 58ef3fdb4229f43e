"""The rows of the search space: one form for each knob, or for the layers that share a setting."""

from collections.abc import Mapping, Sequence

from django.http import QueryDict

from dashboard.new_study.families import SHARED, alike, members_of, shared_knob
from dashboard.new_study.kept import KEPT, read_kept, write_kept
from dashboard.new_study.knob_form import KnobForm
from trainers.base import Knob, TrainerInfo
from trainers.errors import ParamsInvalid
from trainers.space import KnobSetting, default_setting, space_json

# Names of rows that stand above the fold, as the page was opened.
SHOWN = "shown"
# Posted where the fold has been opened, and by the button that opens it without a script.
ALL, ALL_BUTTON = "all", "show_all"
UNFOLD = "unfold"
MEMBERS = "members"


def knob_rows(
    trainer: TrainerInfo,
    settings: Mapping[str, KnobSetting],
    data: QueryDict | None = None,
    *,
    is_folded: bool = True,
) -> list[KnobForm]:
    """Forms in the order of the trainer's knobs: those that were posted, and those of all other knobs."""
    posted = _posted_rows(trainer, data) if data is not None else []
    if data is not None and KEPT in data:
        settings = read_kept(trainer, data.get(KEPT, ""))
    there = {name for form in posted for name in form.members}
    others = [knob for knob in trainer.knobs if knob.name not in there]
    parts = _parts(trainer, others, settings) if is_folded else [[knob] for knob in others]
    rows = [_row(trainer, part, settings, is_kept=data is not None) for part in parts]
    place = {knob.name: place for place, knob in enumerate(trainer.knobs)}
    return sorted([*posted, *rows], key=lambda form: place[form.members[0]])


def unfolded(trainer: TrainerInfo, data: QueryDict, name: str) -> QueryDict:
    """What would have been posted if this row for several layers were one row for each."""
    prefix, changed = f"knob-{name}-", data.copy()
    fields = {key.removeprefix(prefix): data.getlist(key) for key in data if key.startswith(prefix)}
    members = [knob.name for knob in members_of(trainer, name, data.get(f"{prefix}{MEMBERS}", "").split())]
    for key in [key for key in changed if key.startswith(prefix)]:
        del changed[key]
    for member in members:
        for field, values in fields.items():
            if field != MEMBERS:
                changed.setlist(f"knob-{member}-{field}", values)
    shown = data.get(SHOWN, "").split()
    if name in shown:
        at = shown.index(name)
        changed[SHOWN] = " ".join([*shown[:at], *members, *shown[at + 1 :]])
    return changed


def with_settings(trainer: TrainerInfo, data: QueryDict, settings: Mapping[str, KnobSetting]) -> QueryDict:
    """The form as posted, with these settings instead of those of its rows."""
    changed = data.copy()
    for key in [key for key in changed if key.startswith("knob-") or key in {SHOWN, ALL}]:
        del changed[key]
    changed[KEPT] = write_kept(trainer.knobs, settings)
    return changed


def _posted_rows(trainer: TrainerInfo, data: QueryDict) -> list[KnobForm]:
    names = {key.split("-")[1] for key in data if key.startswith("knob-") and key.count("-") == 2}
    rows = []
    taken: set[str] = {knob.name for knob in trainer.knobs if knob.name in names}
    for name in sorted(name for name in names if SHARED.match(name)):
        asked = data.get(f"knob-{name}-{MEMBERS}", "").split()
        members = [knob for knob in members_of(trainer, name, asked) if knob.name not in taken]
        try:
            knob = shared_knob(trainer, name)
        except ParamsInvalid:
            continue
        if members:
            rows.append(KnobForm(knob, data=data, members=members))
            taken |= {member.name for member in members}
    rows += [KnobForm(knob, data=data) for knob in trainer.knobs if knob.name in names]
    return rows


def _parts(
    trainer: TrainerInfo, knobs: Sequence[Knob], settings: Mapping[str, KnobSetting]
) -> list[list[Knob]]:
    reachable = {param["name"] for param in space_json(trainer, settings)["params"]}
    return alike(knobs, settings, reachable)


def _row(
    trainer: TrainerInfo, part: Sequence[Knob], settings: Mapping[str, KnobSetting], *, is_kept: bool
) -> KnobForm:
    first = part[0]
    setting = settings.get(first.name)
    if len(part) == 1:
        return KnobForm(first, setting, is_kept=is_kept)
    family, _, number = first.name.rpartition("_")
    knob = shared_knob(trainer, f"{family}_all_{number}")
    return KnobForm(knob, setting or default_setting(first), members=part, is_kept=is_kept)


def settings_of_rows(rows: Sequence[KnobForm]) -> dict[str, KnobSetting]:
    """Of all knobs: as posted where that is right, else as their rows opened if nothing was posted."""
    found: dict[str, KnobSetting] = {}
    for form in rows:
        setting = getattr(form, "setting", None if form.is_bound else form.opened)
        found |= dict.fromkeys(form.members, setting) if setting else {}
    return found

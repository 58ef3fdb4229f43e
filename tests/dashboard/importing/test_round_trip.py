"""A study that was exported comes back to the last bit; what is of the other database stays in its origin."""

import copy
import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.engine.lifecycle import end_study
from dashboard.engine.steering.judging import judge_trial
from dashboard.engine.steering.spaces import change_space
from dashboard.export.study_json import study_json
from dashboard.export.study_reader import StudyFileInvalid
from dashboard.models import Attempt, Comment, FailureKind, Report, Study, StudyState, Tag, Trial
from dashboard.refusal import Refused
from tests.builders import SPACE, add_trials, make_study, make_user, running_study

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), numbers, texts)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Who has it, and where it comes from, is another matter in another database.
OF_THE_DATABASE = ("owner", "team", "imported")


def exported(study):
    return json.loads("".join(study_json(Study.objects.get(pk=study.pk))))


def comparable(found):
    found = copy.deepcopy(found)
    del found["exported_at"]
    for name in OF_THE_DATABASE:
        del found["study"][name]
    found["study"]["settings"] = {k: v for k, v in found["study"]["settings"].items() if k != "is_open"}
    return found


@pytest.fixture
def study(user):
    """One with everything that a study can have, ended."""
    grace = make_user("grace", first_name="Grace")
    study = running_study(owner=grace, name="Zürich  „α“", note="é\n\u2028 <b>", target_value=1e-300)
    add_trials(study, 3, n_reports=4, explanation={"text": "☃", "near": [0.1 + 0.2, None]})
    add_trials(study, 2, state="failed", failure_message='"\\ \n')
    first = study.trials.get(number=0)
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    again = Attempt.objects.create(
        trial=first,
        number=2,
        worker="b / 2",
        started_at=at,
        finished_at=at,
        state="complete",
        peak_memory=2**40,
    )
    Report.objects.create(attempt=again, step=1, metrics={"val_loss": None, "x y": 1 / 3}, seconds=1 / 3)
    Comment.objects.create(study=study, trial=first, author=grace, text="why?")
    Comment.objects.create(study=study, author=user, text="done")
    Tag.objects.bulk_create([Tag(study=study, name=name) for name in ("paper", "älter")])
    Study.objects.filter(pk=study.pk).update(winner=first, started_at=at)
    judge_trial(study_id=study.pk, number=1, kind=FailureKind.LEFT_OUT, reason="ä", by="Ada")
    narrow = SPACE | {"params": [{**SPACE["params"][0], "low": 1e-3}, *SPACE["params"][1:]]}
    change_space(study_id=study.pk, space=narrow, by="Ada")
    end_study(study_id=study.pk, state=StudyState.STOPPED, reason="Ended by a test", by="Grace")
    Attempt.objects.filter(state="running").update(state="complete", finished_at=at)
    return study


@pytest.fixture
def again(bring, tmp_path):
    """Exports, imports, and exports: the file before and after."""
    n = 0

    def twice(study):
        nonlocal n
        n += 1
        path = tmp_path / f"study-{n}.json"
        text = "".join(study_json(Study.objects.get(pk=study.pk)))
        path.write_text(text, encoding="utf-8")
        return json.loads(text), exported(bring(path))

    return twice


def test_everything_comes_back(study, again):
    before, after = again(study)
    assert comparable(after) == comparable(before)
    assert repr(comparable(after)) == repr(comparable(before))
    was = after["study"]["imported"]["was"]
    assert (was["owner"], after["study"]["owner"]) == ("Grace", "ada")
    assert [comment["author"] for comment in after["study"]["comments"]] == ["Grace", "ada"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    params=st.dictionaries(texts, values, max_size=4),
    metrics=st.dictionaries(texts, st.none() | numbers, max_size=4),
    value=numbers,
    log=texts,
    name=texts.filter(lambda text: text.strip() != ""),
    microseconds=st.integers(0, 2**52),
)
def test_any_values_come_back(study, again, params, metrics, value, log, name, microseconds):
    at = EPOCH + dt.timedelta(microseconds=microseconds)
    Trial.objects.filter(study=study, number=2).update(
        params=params, metrics=metrics, value=value, finished_at=at, created_at=at
    )
    Attempt.objects.filter(trial__study=study).update(log=log, started_at=at)
    Report.objects.filter(attempt__trial__study=study).update(metrics=metrics, seconds=abs(value))
    Study.objects.filter(pk=study.pk).update(name=name, note=log, created_at=at)

    before, after = again(study)
    assert repr(comparable(after)) == repr(comparable(before))


@pytest.mark.parametrize("state", [StudyState.DRAFT, StudyState.RUNNING, StudyState.PAUSED])
def test_one_that_had_not_ended_is_stopped_and_says_so(user, again, state):
    study = make_study(state, owner=user)
    if state != StudyState.DRAFT:
        add_trials(study, 2, n_reports=2)
        add_trials(study, state="waiting")
    before, after = again(study)

    assert after["study"]["state"] == "stopped"
    assert after["study"]["imported"]["was"]["state"] == before["study"]["state"] == state
    assert [trial["state"] for trial in after["trials"]] == ["complete", "complete", "cancelled"][
        : len(after["trials"])
    ]
    ended = [trial for trial in before["trials"] if trial["state"] != "waiting"]
    assert after["trials"][: len(ended)] == ended


def test_a_confirmation_keeps_what_it_copied(user, again):
    study = running_study(owner=user)
    first = add_trials(study, 3)[2]
    runs = make_study(owner=user, confirms=study, name="runs")
    add_trials(runs, copy_of=first, seed=4)
    before, after = again(runs)
    assert (after["study"]["confirms"], after["trials"][0]["copy_of"]) == (study.name, 2)
    assert after["trials"] == before["trials"]


def test_a_model_file_comes_back_but_never_runs(user, again, settings):
    settings.OWN_CODE = True
    study = make_study(StudyState.STOPPED, owner=user, code="import os\n", trainer="own", dataset="")
    _, after = again(study)
    assert after["study"]["settings"]["code"] == "import os\n"
    assert Study.objects.exclude(pk=study.pk).get().is_trainable is False


def test_one_whose_model_and_dataset_are_here_goes_on(user, bring, tmp_path):
    from dashboard.engine.budgets import change_budget

    study = make_study(StudyState.STOPPED, owner=user)
    (tmp_path / "study.json").write_text("".join(study_json(study)), encoding="utf-8")
    imported = bring(tmp_path / "study.json")
    change_budget(study_id=imported.pk, by="ada", max_trials=20)
    assert Study.objects.get(pk=imported.pk).state == StudyState.RUNNING


def test_a_dataset_of_somebody_else_trains_nothing(bring, tmp_path):
    from tests.builders import make_dataset

    grace = make_user("grace")
    dataset = make_dataset(owner=grace)
    study = make_study(StudyState.STOPPED, owner=grace, dataset=dataset.name)
    (tmp_path / "study.json").write_text("".join(study_json(study)), encoding="utf-8")
    assert bring(tmp_path / "study.json").is_trainable is False


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (["study", "settings", "space"], {"version": 1, "params": []}, "space"),
        (["study", "settings", "more"], 1, "more"),
        (["study", "settings", "direction"], "sideways", "sideways"),
        (["trials", 1, "number"], 0, "same number"),
        (["trials", 0, "state"], "won", "won"),
        (["trials", 0, "value"], None, "contradict"),
        (["trials", 0, "params", "lr"], [1], "trials[0].params.lr"),
        (["trials", 0, "metrics"], {"loss": "low"}, "trials[0].metrics.loss"),
        (["trials", 1, "attempts", 0, "state"], "won", "won"),
        (["trials", 1, "seed"], "x", "trials[1].seed"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(study, bring, tmp_path, path, to, words):
    found = exported(study)
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    (tmp_path / "study.json").write_text(json.dumps(found), encoding="utf-8")
    n = Study.objects.count(), Trial.objects.count(), Report.objects.count()

    with pytest.raises((Refused, StudyFileInvalid)) as refusal:
        bring(tmp_path / "study.json")
    assert words in str(refusal.value)
    assert (Study.objects.count(), Trial.objects.count(), Report.objects.count()) == n

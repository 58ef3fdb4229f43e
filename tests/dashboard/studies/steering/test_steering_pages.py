"""The pages on which people steer a study, and all others once it was steered."""

import pytest
from django.urls import reverse

from dashboard.engine.retries import enqueue_trial
from dashboard.engine.steering.judging import judge_trial
from dashboard.engine.steering.spaces import change_space
from dashboard.models import FailureKind, Study, TrialState
from tests.builders import PARAMS, SPACE, add_trials, make_user, running_study

NARROW = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-3, "high": 0.002, "log": True},
        {"name": "n_layers", "type": "constant", "value": 2},
        {"name": "units_2", "type": "int", "low": 8, "high": 256, "step": 8},
        {"name": "units_1", "type": "int", "low": 8, "high": 32, "step": 8},
        {"name": "activation_1", "type": "categorical", "choices": ["tanh", "gelu"]},
    ],
}
PAGES = ("study-detail", "study-explore", "study-trials", "study-settings", "study-discussion", "study-live")
FILES = ("study-export-csv", "study-export-parquet", "study-export-json", "study-report", "study-importance")


@pytest.fixture
def study(user):
    study = running_study(owner=user, max_trials=60, trainer="mlp")
    add_trials(study, 30, n_reports=2)
    add_trials(study, 2, state="pruned")
    add_trials(study, 2, state="failed")
    add_trials(study, 1, state="running")
    return study


@pytest.fixture
def page(client, user):
    client.force_login(user)
    return client


def again(study):
    return Study.objects.get(pk=study.pk)


def test_every_page_and_file_stands_when_no_trial_fits_any_more(page, study):
    """Also where params of old trials are gone, lie beyond the bounds, or are no choice."""
    change_space(study_id=study.pk, space=NARROW, defaults={}, by="Ada")
    for name in (*PAGES, *FILES, "study-suggestions", "study-enqueue", "study-space", "study-search"):
        assert page.get(reverse(name, args=[study.pk])).status_code == 200, name
    for library in ("optuna", "hyperopt"):
        assert page.get(reverse("study-export-python", args=[study.pk, library])).status_code == 200
    for name in ("trial-detail", "trial-variation", "trial-judge"):
        for number in (0, 31, 33):
            assert page.get(reverse(name, args=[study.pk, number])).status_code == 200, (name, number)
    compare = reverse("trials-compare", args=[study.pk])
    assert page.get(f"{compare}?trial=0&trial=1").status_code == 200


def test_files_keep_the_params_that_the_space_no_longer_has(page, study):
    change_space(study_id=study.pk, space=NARROW, defaults={}, by="Ada")
    csv = b"".join(page.get(reverse("study-export-csv", args=[study.pk])).streaming_content).decode()
    assert "params.batch_size" in csv.splitlines()[0]
    assert ",32" in csv.splitlines()[1]


def test_the_settings_say_who_changed_what_and_how_many_fit(page, study):
    change_space(study_id=study.pk, space=NARROW, defaults={}, by="Ada")
    html = page.get(reverse("study-settings", args=[study.pk])).content.decode()
    assert "Space 2" in html
    assert "from trial #35" in html
    assert "0 of 34 ended trials" in html
    report = page.get(reverse("study-report", args=[study.pk])).content.decode()
    assert "Space 2" in report


def test_the_best_chart_has_a_line_where_the_space_begins(page, study):
    change_space(study_id=study.pk, space=NARROW, defaults={}, by="Ada")
    chart = page.get(reverse("study-detail", args=[study.pk])).context["page"].charts["best"]
    assert chart["spaces"] == [{"n": 35, "words": "space 2 from #35"}]


def fields_of(form):
    """As a browser posts the form when nobody touches it."""
    found = {}
    for field in form:
        value = field.value()
        if value not in (None, False, ""):
            found[field.html_name] = "on" if value is True else value
    return found


def place_of(form, name):
    return next(n for n, part in enumerate(form.parts) if part.name == name)


def test_the_form_changes_bounds_values_and_what_is_searched(page, study):
    url = reverse("study-space", args=[study.pk])
    form = page.get(url).context["form"]
    posted = fields_of(form)
    assert page.post(url, posted).status_code == 422  # nothing has changed
    rate, units, batch = (place_of(form, name) for name in ("learning_rate", "units_1", "batch_size"))
    posted |= {f"high-{rate}": "0.05", f"value-{units}": "64", f"search-{batch}": "on"}
    posted |= {f"low-{batch}": "16", f"high-{batch}": "64"}
    del posted[f"search-{units}"]
    response = page.post(url, posted)
    assert response.status_code == 302, response.context["form"].errors
    space = again(study).search_space
    assert space["learning_rate"].distribution.high == 0.05
    assert list(space["units_1"].distribution.values()) == [64]
    assert {"units_1", "batch_size"} & set(space.searched) == {"batch_size"}
    assert again(study).space_versions.count() == 2


def test_an_address_opens_the_form_with_other_bounds(page, study):
    url = reverse("study-space", args=[study.pk])
    form = page.get(f"{url}?high.learning_rate=0.5&low.no_such=1&high.units_1=<b>").context["form"]
    assert form[f"high-{place_of(form, 'learning_rate')}"].value() == "0.5"
    assert form[f"low-{place_of(form, 'learning_rate')}"].value() == "0.0001"
    assert form[f"high-{place_of(form, 'units_1')}"].value() == "<b>"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("learning_rate", "high", "fast"),
        ("n_layers", "high", "99"),
        ("learning_rate", "low", "0.5"),
        ("units_1", "low", "7.5"),
        ("units_1", "high", ""),
        ("activation_1", "choices", ["0"]),
    ],
)
def test_the_form_says_at_the_field_what_is_wrong(page, study, name, field, value):
    url = reverse("study-space", args=[study.pk])
    form = page.get(url).context["form"]
    place = place_of(form, name)
    response = page.post(url, fields_of(form) | {f"{field}-{place}": value})
    assert response.status_code == 422
    (found,) = [error for key, errors in response.context["form"].errors.items() for error in errors]
    assert found.startswith(f"{name}: ")
    assert found.endswith(".")
    assert not again(study).space_versions.exists()


def test_a_category_of_a_model_file_gains_a_value(page, study):
    Study.objects.filter(pk=study.pk).update(code="def objective(params): ...")
    url = reverse("study-space", args=[study.pk])
    form = page.get(url).context["form"]
    place = place_of(form, "activation_1")
    response = page.post(url, fields_of(form) | {f"more-{place}": "gelu, 3, true"})
    assert response.status_code == 302
    assert again(study).search_space["activation_1"].distribution.choices == ("relu", "tanh", "gelu", 3, True)


def test_sampler_and_pruner_are_changed_on_a_form(page, study):
    url = reverse("study-search", args=[study.pk])
    assert page.post(url, {"sampler": "gp", "pruner": "median"}).status_code == 302
    assert (again(study).sampler, again(study).pruner) == ("gp", "median")
    assert page.post(url, {"sampler": "magic", "pruner": ""}).status_code == 422


def test_trials_are_judged_and_taken_back_and_the_pages_say_so(page, study):
    number = 3
    url = reverse("trial-judge", args=[study.pk, number])
    assert page.post(url, {"kind": "left_out", "reason": ""}).status_code == 422
    assert page.post(url, {"kind": "left_out", "reason": "leaked <rows>"}).status_code == 302
    trial_html = page.get(reverse("trial-detail", args=[study.pk, number])).content.decode()
    assert "Left out of the model" in trial_html
    assert "leaked &lt;rows&gt;" in trial_html
    table = page.get(reverse("study-trials", args=[study.pk]) + "?q=state+%3D+left_out").content.decode()
    assert "Left out of the model: leaked &lt;rows&gt;" in table
    page.post(reverse("trial-judge-undo", args=[study.pk, number]))
    assert study.trials.get(number=number).state == TrialState.COMPLETE


def test_pasted_params_are_enqueued_or_refused_by_name(page, study):
    url = reverse("study-enqueue", args=[study.pk])
    response = page.post(url, {"pasted": "{'learning_rate': 7}"})
    assert response.status_code == 422
    errors = response.context["page"].paste.errors["pasted"]
    assert {error.split(":")[0] for error in errors} >= {"learning_rate", "n_layers"}
    response = page.post(url, {"pasted": f"params = {PARAMS!r}"})
    made = study.trials.last()
    assert response.status_code == 302
    assert (made.state, made.params) == ("waiting", PARAMS)


def test_a_waiting_trial_is_removed_after_a_question(page, study):
    trial = enqueue_trial(study_id=study.pk, params=PARAMS, by="Ada")
    url = reverse("trial-remove", args=[study.pk, trial.number])
    assert "Remove trial" in page.get(url).content.decode()
    trial.refresh_from_db()
    assert trial.state == TrialState.WAITING
    page.post(url)
    trial.refresh_from_db()
    assert trial.state == TrialState.CANCELLED
    html = page.get(trial.get_absolute_url()).content.decode()
    assert "Removed by" in html


def test_an_archived_study_has_no_buttons_and_refuses(page, study):
    Study.objects.filter(pk=study.pk).update(state="finished", is_archived=True)
    html = page.get(reverse("study-settings", args=[study.pk])).content.decode()
    html += page.get(reverse("trial-detail", args=[study.pk, 0])).content.decode()
    for name in ("space", "search", "judge", "variation", "enqueue"):
        assert f"/{name}/" not in html
    response = page.post(reverse("trial-judge", args=[study.pk, 0]), {"kind": "marked", "reason": "x"})
    assert response.status_code == 422
    assert study.trials.get(number=0).state == TrialState.COMPLETE


def test_a_viewer_sees_the_reason_and_no_button(client, study):
    Study.objects.filter(pk=study.pk).update(is_open=True)
    judge_trial(study_id=study.pk, number=0, kind=FailureKind.MARKED, reason="wrong file", by="Ada")
    client.force_login(make_user("vera"))
    html = client.get(reverse("trial-detail", args=[study.pk, 0])).content.decode()
    assert "wrong file" in html
    assert "/judge/" not in html
    assert client.post(reverse("trial-judge-undo", args=[study.pk, 0])).status_code == 403
    assert again(study).space == SPACE

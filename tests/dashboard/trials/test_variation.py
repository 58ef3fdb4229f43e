"""A variation of a trial: prefilled, checked against the space, next in line, and said whose it is."""

import pytest
from django.urls import reverse

from dashboard.engine.lifecycle import end_study
from dashboard.models import AuditEntry, Origin, StudyState
from dashboard.trials.params import tree_order
from optimizer import SearchSpace
from tests.builders import PARAMS, add_trials, claim, make_study, running_study

ODD = {
    "version": 1,
    "params": [
        {"name": "__class__", "type": "categorical", "choices": [1, True, "1", None]},
        {"name": "a,b", "type": "float", "low": -1.0, "high": 1.0},
        {"name": "n", "type": "int", "low": 0, "high": 2**53},
    ],
}


@pytest.fixture
def study(user):
    study = running_study(owner=user, max_trials=20)
    add_trials(study, 1)
    return study


def url_of(study, number=0):
    return reverse("trial-variation", args=[study.pk, number])


def form_of(page, study, number=0):
    return page.get(url_of(study, number)).context["page"].form


def post(page, study, number=0, **changes):
    """The form as it opens, with other values for some params, by their names."""
    form = form_of(page, study, number)
    data = {name: form[name].value() for name in form.fields}
    by_label = {field.label: name for name, field in form.fields.items()}
    data |= {by_label[name]: value for name, value in changes.items()}
    return page.post(url_of(study, number), data)


def errors_of(answer):
    form = answer.context["page"].form
    return {form[name].label if name in form.fields else name: words for name, words in form.errors.items()}


def test_form_opens_with_the_values_of_the_trial_and_leaves_out_what_is_fixed(page, study):
    form = form_of(page, study)
    values = {form[name].label: form[name].value() for name in form.fields}
    assert values == {
        "learning_rate": "0.003",
        "n_layers": "1",
        "units_2": "",
        "units_1": "64",
        "activation_1": "0",
    }
    assert page.get(url_of(study)).context["page"].fixed == [("batch_size", 32)]


def test_enqueued_trial_has_the_values_and_says_whose_it_is(page, study):
    assert url_of(study) in page.get(study.trials.get().get_absolute_url()).content.decode()
    answer = post(page, study, learning_rate="5e-2")

    trial = study.trials.get(number=1)
    assert answer.url == trial.get_absolute_url()
    assert trial.params == {**PARAMS, "learning_rate": 0.05}
    assert (trial.state, trial.origin) == ("waiting", Origin.ENQUEUED)
    assert claim(study).pk == trial.pk
    html = page.get(trial.get_absolute_url()).content.decode()
    assert "Enqueued by ada as a variation of trial #0" in html
    entry = AuditEntry.objects.get(action="trial-variation")
    assert (entry.who, entry.study_id, entry.is_refused) == ("ada", study.pk, False)
    table = page.get(reverse("study-trials", args=[study.pk])).context["page"].table
    assert table.rows[0].proposer == "A person"


def test_branch_that_the_values_open_is_needed_and_one_that_they_close_is_left_out(page, study):
    missing = errors_of(post(page, study, n_layers="2"))
    assert missing == {"units_2": ["Enter a value. n_layers needs it."]}
    assert study.trials.count() == 1

    post(page, study, n_layers="2", units_2="16")
    assert study.trials.get(number=1).params == {**PARAMS, "n_layers": 2, "units_2": 16}

    post(page, study, 1, n_layers="1", units_2="nonsense of a closed branch")
    assert study.trials.get(number=2).params == PARAMS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learning_rate": "7"}, "not 7"),
        ({"learning_rate": "fast"}, "“fast”"),
        ({"learning_rate": "nan"}, "“nan”"),
        ({"learning_rate": "inf"}, "“inf”"),
        ({"learning_rate": " "}, "Enter a value"),
        ({"n_layers": "1.5"}, "“1.5”"),
        ({"units_1": "9"}, "step 8"),
        ({"activation_1": "7"}, "7"),
        ({"activation_1": ""}, "Enter a value"),
    ],
)
def test_mistakes_are_said_at_their_field(page, study, changes, words):
    answer = post(page, study, **changes)
    assert answer.status_code == 422
    (name,) = changes
    (messages,) = errors_of(answer).values()
    assert list(errors_of(answer)) == [name]
    assert words in messages[0]
    assert study.trials.count() == 1


def test_several_mistakes_are_said_at_once(page, study):
    assert set(errors_of(post(page, study, learning_rate="7", units_1="9"))) == {"learning_rate", "units_1"}


@pytest.mark.parametrize("text", ["64.0", "+64", "6.4e1", " 64 "])
def test_whole_numbers_are_read_as_people_type_them(page, study, text):
    post(page, study, units_1=text, learning_rate="0.05")
    assert study.trials.get(number=1).params == {**PARAMS, "learning_rate": 0.05}


def test_pressing_twice_makes_one_trial(page, study):
    post(page, study, learning_rate="0.05")
    again = post(page, study, learning_rate="0.05")
    assert again.status_code == 422
    assert "#1" in errors_of(again)["__all__"][0]
    assert study.trials.count() == 2


def test_odd_names_and_values_come_back_as_they_are(page, user):
    study = running_study(owner=user, space=ODD, max_trials=20)
    params = {"__class__": True, "a,b": -0.1, "n": 2**53 - 1}
    add_trials(study, 1, params=params)
    post(page, study, **{"a,b": "−0.5"})
    made = study.trials.get(number=1).params
    assert made == {**params, "a,b": -0.5}
    assert made["__class__"] is True


def test_every_searched_param_has_a_field_also_of_sixty(page, user):
    space = {
        "version": 1,
        "params": [{"name": f"p{n}", "type": "float", "low": 0.0, "high": 1.0} for n in range(60)],
    }
    study = running_study(owner=user, space=space, max_trials=9)
    add_trials(study, 1, params={f"p{n}": 0.5 for n in range(60)})
    labels = [field.label for field in form_of(page, study).fields.values()]
    assert labels == [p.name for p in tree_order(SearchSpace.from_json(space))]


def test_form_says_what_becomes_of_a_study_that_has_ended_or_used_its_budget(page, user):
    study = running_study(owner=user, max_trials=1)
    add_trials(study, 1)
    end_study(study_id=study.pk, state=StudyState.FINISHED, reason="Budget reached: 1 trial")
    notes = page.get(url_of(study)).context["page"].notes
    assert "runs again for this trial only" in notes[0]
    assert "raises the limit to 2" in notes[1]


def test_draft_says_what_to_do(page, user):
    study = make_study(owner=user)
    add_trials(study, 1)
    answer = post(page, study)
    assert "has not started" in errors_of(answer)["__all__"][0]

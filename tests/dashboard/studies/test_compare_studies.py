"""Studies beside each other: values that can be compared, what differs, and who is ahead."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.studies.several.compare import compare_page
from dashboard.studies.several.racers import short_names
from tests.builders import add_trials, make_user, running_study


@pytest.fixture
def two(user):
    first = running_study(name="first", sampler="tpe", max_trials=100)
    add_trials(first, 3, value=lambda number: [0.5, 0.2, 0.3][number])
    add_trials(first, 2, state="pruned")
    second = running_study(name="second", sampler="random", max_trials=100)
    add_trials(second, 4, value=lambda number: [0.4, 0.6, 0.3, 0.25][number])
    return first, second


def opened(page, *studies, follow=False):
    query = urlencode([("study", study.pk) for study in studies])
    return page.get(f"{reverse('studies-compare')}?{query}", follow=follow)


def points(found, axis="trials"):
    return [racer["points"][axis] for racer in found.chart["racers"]]


def test_curves_are_the_best_so_far_by_ended_trials(two):
    found = compare_page(two)
    assert points(found) == [[[1, 0.5], [2, 0.2], [5, 0.2]], [[1, 0.4], [3, 0.3], [4, 0.25]]]
    assert [racer["color"] for racer in found.chart["racers"]] == ["chart-1", "chart-2"]


def test_larger_values_are_better_where_the_goal_says_so(two):
    for study in two:
        study.direction = "maximize"
        study.save()
    found = compare_page(two)
    assert points(found)[0] == [[1, 0.5], [5, 0.5]]
    assert found.verdict.first == "first reached 0.5000 after 1 trial, second after 2 trials."
    assert found.verdict.more.startswith("Best so far: second 0.6000 and first 0.5000.")


def test_the_verdict_says_who_was_quicker_and_who_is_ahead(two):
    verdict = compare_page(two).verdict
    assert verdict.first == "first reached 0.2500 after 2 trials, second after 4 trials."
    assert "single run" in verdict.more


def test_a_typed_goal_changes_the_verdict(two):
    assert compare_page(two, {"goal": "0.22"}).verdict.first == (
        "first reached 0.2200 after 2 trials, second has not yet in 4 trials."
    )
    assert compare_page(two, {"goal": "0.1"}).verdict.first == "None of these studies has reached 0.1000."
    wrong = compare_page(two, {"goal": "low"})
    assert "“low” is not a number" in wrong.goal_error
    assert wrong.verdict.goal == 0.25


def test_the_cost_of_the_goal_is_said_on_every_axis(two):
    first, second = compare_page(two).verdict.rows
    assert first.cells[0] == ("2", True)
    assert second.cells[0] == ("4", False)
    assert len(first.cells) == len(compare_page(two).axis_words) == 4


def test_only_what_differs_is_laid_open(two):
    found = compare_page(two)
    assert [(title, [row.name for row in rows]) for title, rows in found.differing] == [
        ("Settings", ["Sampler"])
    ]
    assert "Dataset" in [row.name for row in found.equal]
    assert "Target" in [row.name for row in found.equal]


def test_what_is_unlike_most_is_marked(two):
    third = running_study(name="third", sampler="tpe", max_trials=100)
    ((_, (sampler,)),) = compare_page([*two, third]).differing
    assert [is_odd for _, is_odd in sampler.cells] == [False, True, False] or [
        is_odd for _, is_odd in sampler.cells
    ] == [False, False, True]


def test_counts_and_the_best_value(two):
    rows = {row.name: row.cells for row in compare_page(two).results}
    assert rows["Best val_loss"] == [("0.2000", True), ("0.2500", False)]
    assert rows["Trials until the best"] == [("2", False), ("4", False)]
    assert rows["Pruned"] == [("2", False), ("0", False)]


def test_other_goals_and_datasets_are_said(two):
    _, second = two
    second.dataset = "mnist"
    found = compare_page(two)
    assert "cannot be compared: they use different data" in found.why_not
    assert found.verdict.first == ""
    second.objective = "val_accuracy"
    found = compare_page(two)
    assert "cannot be compared: they look for" in found.why_not
    assert found.chart["racers"] == []
    assert [is_best for _, is_best in found.results[0].cells] == [False, False]


def test_studies_without_a_value_have_a_page(page, user):
    empty = [running_study(name=f"empty {n}") for n in range(2)]
    answer = opened(page, *empty)
    assert answer.status_code == 200
    assert compare_page(empty).verdict.first == ""


def test_the_page_names_both_and_leaves_one_out_by_its_link(page, two):
    third = running_study(name="third")
    body = opened(page, *two, third).content.decode()
    assert "Compare 3 studies" in body
    without_first = urlencode([("study", two[1].pk), ("study", third.pk)])
    assert without_first.replace("&", "&amp;") in body


def test_unseen_studies_are_left_out_and_none_leads_to_the_list(page, two):
    two[1].owner = make_user("bob")
    two[1].save()
    body = opened(page, *two).content.decode()
    assert "Compare with another study" in body
    assert "second" not in body
    assert "Select 2 to 6 studies" in opened(page, two[1], follow=True).content.decode()


@pytest.mark.parametrize("text", ["second", "SEC", "#{pk}"])
def test_another_study_is_added_by_name_or_number(page, two, text):
    answer = page.get(reverse("studies-compare"), {"study": two[0].pk, "add": text.format(pk=two[1].pk)})
    assert answer.url == f"{reverse('studies-compare')}?study={two[0].pk}&study={two[1].pk}"


def test_a_name_that_fits_none_or_several_is_said(page, two):
    running_study(name="second one")
    address = reverse("studies-compare")
    assert "is called “none”" in page.get(address, {"study": two[0].pk, "add": "none"}).content.decode()
    assert "Several studies fit" in page.get(address, {"study": two[0].pk, "add": "eco"}).content.decode()
    two[1].owner = make_user("bob")
    two[1].save()
    answer = page.get(address, {"study": two[0].pk, "add": f"#{two[1].pk}"})
    assert "No other study that you can see" in answer.content.decode()


def repeats(n, **changes):
    studies = []
    for seed in range(n):
        study = running_study(name=f"tpe seed {seed}", sampler="tpe", seed=seed, **changes)
        add_trials(study, 3, value=lambda number, seed=seed: [0.5, 0.4, 0.3][number] + seed / 100)
        studies.append(study)
    return studies


def test_repeats_are_one_line_with_a_middle_half(user):
    found = compare_page([*repeats(3), *two_others()])
    assert [group.name for group in found.groups] == ["tpe × 3", "random"]
    first = found.chart["racers"][0]
    assert first["points"]["trials"][-1] == [3, 0.31, 0.305, 0.315]
    assert [run["points"]["trials"][-1] for run in first["runs"]] == [[3, 0.3], [3, 0.31], [3, 0.32]]
    assert [choice.value for choice in found.repeats] == ["median", "each"]


def two_others():
    random = running_study(name="random", sampler="random")
    add_trials(random, 2, value=lambda number: 0.6)
    return [random]


def test_repeats_that_train_differently_are_none(user):
    three = repeats(3)
    three[1].max_epochs += 1
    assert [len(group.members) for group in compare_page(three).groups] == [2, 1]


def test_pairs_of_repeats_say_how_much_is_chance(user):
    other = repeats(2, max_seconds=60)
    verdict = compare_page([*repeats(2), *other]).verdict
    assert "pairs of repeats" in verdict.more
    assert "within the repeats" in verdict.more


def test_names_are_shown_without_what_all_begin_with():
    assert short_names(["fashion, TPE", "fashion, random"]) == ["TPE", "random"]
    assert short_names(["a", "a"]) == ["a", "a"]
    assert short_names(["tpe", "tpe long"]) == ["tpe", "tpe long"]
    assert short_names(["x" * 40]) == ["x" * 17 + "…"]


def test_importance_is_shown_for_each(page, two):
    query = urlencode([("study", study.pk) for study in two])
    answer = page.get(f"{reverse('studies-compare-importance')}?{query}")
    assert "Parameter importance" in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_trials(page, two, django_assert_max_num_queries):
    add_trials(two[0], 200)
    with django_assert_max_num_queries(30):
        opened(page, *two)


def test_long_names_that_begin_alike_differ():
    names = short_names(["a study with a long name 1", "a study with a long name 2", "b"])
    assert len(set(names)) == 3
    assert names[0].endswith("name 1")


def test_studies_without_a_value_are_said(two):
    third = running_study(name="third", sampler="gp")
    assert "third has no value yet" in compare_page([*two, third]).verdict.first

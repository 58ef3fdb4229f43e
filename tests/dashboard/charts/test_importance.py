"""Importance as bars: order, branches, and what is not drawn."""

from dataclasses import replace

import pytest

from dashboard.charts.importance import CURVE_HEIGHT, CURVE_WIDTH, ImportanceChart, importance_chart
from dashboard.charts.trend import n_best, tenth_words
from optimizer import SearchSpace
from optimizer.importance import Correlation, Curve, Importance, Interaction, ParameterImportance
from tests.builders import SPACE

MINUS = "\N{MINUS SIGN}"
SHARES = {"learning_rate": 0.1, "n_layers": 0.4, "units_1": 0.004, "units_2": 0.05, "activation_1": 0.2}
space = SearchSpace.from_json(SPACE)


def chart_of(interactions=(), direction="minimize", coefficient=-0.43, **changes):
    """`changes` are fields of one parameter by its name."""
    parameters = []
    for name in space.names:
        share = SHARES.get(name, 0.0)
        fields = {"importance": share, "share": share, "share_error": 0.02, "n_trials": 40}
        if name == "units_2":
            fields["branch_share"] = 0.5
        parameters.append(ParameterImportance(name, **{**fields, **changes.get(name, {})}))
    found = Importance(tuple(parameters), tuple(interactions), 40, 0.8, "", "")
    trends = [Correlation(name, "rho", coefficient, 40, "Larger values were better.") for name in space.names]
    return importance_chart(space, found, trends, direction)


def names(chart):
    return [bar.name for bar in chart.bars]


def test_most_important_comes_first_and_what_depends_on_it_right_below():
    chart = chart_of()

    assert names(chart) == ["n_layers", "units_2", "activation_1", "learning_rate"]
    assert [bar.depth for bar in chart.bars] == [0, 1, 0, 0]
    assert chart.bars[1].only_with == "only with n_layers 2"


def test_fixed_param_is_nowhere():
    chart = chart_of()

    assert "batch_size" not in [*names(chart), *chart.small, *dict(chart.unknown)]


def test_small_share_is_named_and_not_drawn():
    assert chart_of().small == ["units_1"]


def test_parent_is_drawn_when_only_its_branch_matters():
    chart = chart_of(n_layers={"share": 0.001})

    assert names(chart)[-2:] == ["n_layers", "units_2"]


def test_param_that_matters_in_its_branch_only_is_drawn():
    bar = next(b for b in chart_of(units_2={"share": 0.0}).bars if b.name == "units_2")

    assert (bar.width, bar.branch_width, bar.branch_share) == (0.0, 100.0, "50%")


def test_reason_stands_where_nothing_is_known():
    chart = chart_of(units_2={"share": 0.0, "branch_share": None, "reason": "Too few."})

    assert chart.unknown == [("units_2", "Too few.")]
    assert not chart.has_branches


def test_widths_are_in_proportion_and_fit():
    chart = chart_of()
    width = {bar.name: bar.width for bar in chart.bars}

    assert width["n_layers"] == pytest.approx(4 * width["learning_rate"])
    for bar in chart.bars:
        assert 0 <= bar.error_low <= bar.width <= bar.error_low + bar.error_width <= 100


def test_nothing_is_drawn_when_nothing_was_found():
    nothing = {name: {"importance": 0.0, "share": 0.0} for name in space.names}

    assert chart_of(**nothing).is_empty


def test_curve_runs_over_the_range_on_the_scale_of_all():
    low = Curve((1e-4, 1e-2, 0.1), (1.0, 0.5, 0.75), (0.9, 0.4, 0.7), (1.1, 0.6, 0.8))
    choices = Curve(("relu", "tanh"), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
    bars = {b.name: b for b in chart_of(learning_rate={"curve": low}, activation_1={"curve": choices}).bars}

    points = [tuple(map(float, pair.split(","))) for pair in bars["learning_rate"].curve.split()]
    assert [x for x, _ in points] == [0, 64, CURVE_WIDTH]
    assert [y for _, y in points] == [0, CURVE_HEIGHT / 2, CURVE_HEIGHT / 4]
    assert [y for _, y in bars["activation_1"].dots] == [CURVE_HEIGHT, 0]


def test_interactions_are_named_with_their_share():
    chart = chart_of([Interaction(("learning_rate", "n_layers"), 0.08)])

    assert chart.interactions == [("learning_rate with n_layers", "8%")]


def rate_of(predicted, **changes):
    """The bar of a rate with these values along it, from 1e-4 to 0.1."""
    at = tuple(10 ** (-4 + 3 * i / (len(predicted) - 1)) for i in range(len(predicted)))
    curve = Curve(at, tuple(predicted), tuple(predicted), tuple(predicted))
    fields = {"direction": "minimize", "coefficient": -0.43, **changes}
    share = fields.pop("share", 0.1)
    chart = chart_of(learning_rate={"curve": curve, "share": share}, **fields)
    return next(bar for bar in chart.bars if bar.name == "learning_rate")


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_coefficient_has_the_sign_that_the_words_say(direction, sign):
    bar = rate_of([sign * i for i in range(9)], direction=direction, coefficient=sign)

    is_larger_better = (sign == 1) == (direction == "maximize")
    assert bar.trend == f"{'Larger' if is_larger_better else 'Smaller'} values were better"
    assert bar.coefficient == f"ρ {'' if sign == 1 else MINUS}1.00"


def test_coefficient_that_says_otherwise_than_the_curve_is_left_out():
    assert rate_of([5, 4, 3, 2, 1], coefficient=0.4).coefficient == ""


def test_best_inside_of_the_range_is_named():
    bar = rate_of([5, 3, 1, 0, 1, 3, 5])
    assert bar.trend == "Best near 0.0032"
    assert bar.coefficient == ""
    assert rate_of([-5, -3, -1, 0, -1, -3, -5], direction="maximize").trend == bar.trend


def test_as_good_at_both_ends_is_no_trend():
    assert rate_of([1.0, 1.0, 5.0, 1.0, 1.0]).trend != "Larger values were better"
    assert rate_of([1.0, 1.0, 1.0]).trend == ""


def test_best_choice_is_named():
    choices = Curve(("relu", "tanh"), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
    bar = next(b for b in chart_of(activation_1={"curve": choices}).bars if b.name == "activation_1")
    assert bar.trend == "Best with relu"


def test_noise_comes_last_and_has_no_words():
    noise = {"share": 0.32, "share_error": 0.61, "curve": Curve((0, 1), (0.0, 1.0), (0.0, 0.5), (0.5, 1.5))}
    chart = chart_of(learning_rate=noise)

    assert names(chart)[-1] == "learning_rate"
    assert (chart.bars[-1].is_clear, chart.bars[-1].trend, chart.bars[-1].coefficient) == (False, "", "")
    assert chart.n_unclear == 1


def test_signs_of_coefficients_are_explained_as_far_as_they_are_shown():
    bar = rate_of([5, 4, 3, 2, 1])
    assert bar.coefficient.startswith("ρ")
    assert bar.measure.startswith("Spearman's rank correlation")
    silent = replace(bar, coefficient="")
    assert silent.measure == ""
    assert ImportanceChart([bar, silent], [], [], []).measures == [("ρ", bar.measure)]
    assert ImportanceChart([silent], [], [], []).measures == []


LOG = {"type": "float", "low": 1e-5, "high": 1e-1, "log": True}


@pytest.mark.parametrize(
    ("spec", "values", "words"),
    [
        (
            {"type": "float", "low": 1e-5, "high": 1e-1, "log": True},
            [1e-3 * 2**i for i in range(5)],
            "0.001 to 0.016",
        ),
        (LOG, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1], ""),
        ({"type": "int", "low": 1, "high": 9}, [2, 2, 2, 2, 2], "2"),
        ({"type": "int", "low": 1, "high": 9}, [2, 2, 3, 4, 4], "2 to 4"),
        ({"type": "int", "low": 1, "high": 9}, [2, 2, 3, 4], ""),
        ({"type": "categorical", "choices": ["a", "b", "c"]}, ["a", "a", "a", "b", "c"], "mostly a"),
        ({"type": "categorical", "choices": ["a", "b", "c"]}, ["a"] * 5, "a"),
        ({"type": "categorical", "choices": ["a", "b", "c"]}, ["a", "a", "b", "b", "c"], "a or b"),
        ({"type": "categorical", "choices": ["a", "b", "c", "d"]}, ["a", "a", "b", "c", "d"], ""),
        ({"type": "categorical", "choices": [True, False]}, [True] * 4 + [False], "mostly yes"),
    ],
)
def test_the_best_tenth_in_words(spec, values, words):
    one = SearchSpace.from_json({"version": 1, "params": [{"name": "x", **spec}]})
    assert tenth_words(one["x"].distribution, values) == words


@pytest.mark.parametrize(("n_trials", "n"), [(19, 0), (20, 5), (60, 6), (1000, 100)])
def test_the_best_tenth_has_enough_trials(n_trials, n):
    assert n_best(n_trials) == n

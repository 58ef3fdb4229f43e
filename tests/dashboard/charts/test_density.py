"""The sentence below a density says where good trials are, and nothing where they are everywhere."""

from dashboard.charts.density import densities
from optimizer import Int, Parameter, SearchSpace


def sentence(good, bad):
    explanation = {
        "ratio": {"n_layers": 1.4},
        "densities": {"n_layers": {"x": list(range(1, len(good) + 1)), "good": good, "bad": bad}},
    }
    space = SearchSpace([Parameter("n_layers", Int(1, len(good)))])
    (density,) = densities(explanation, {"n_layers": 1}, space)
    return density.sentence


def test_a_stretch_is_named_by_its_ends():
    assert "cluster between 2 and 3" in sentence([0.1, 0.9, 0.8, 0.1], [0.5, 0.5, 0.5, 0.5])


def test_good_trials_over_the_whole_range_do_not_cluster():
    found = sentence([0.6, 0.4], [0.45, 0.55])
    assert "cluster" not in found
    assert "near 1" in found

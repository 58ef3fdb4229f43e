"""The import lines that people have, after the name of the package was changed; and what needs a library."""

import subprocess
import sys
import types
from importlib.util import find_spec
from pathlib import Path

import pytest

from optimizer.compat import hyperopt
from optimizer.compat.hyperopt import Trials, fmin, hp, plotting, rand
from optimizer.compat.hyperopt.progress import tqdm_progress_callback

ROOT = Path(__file__).parents[3]
NAMES = {
    "": "Ctrl Domain SparkTrials STATUS_OK Trials anneal atpe base exceptions fmin "
    "fmin_pass_expr_memo_ctrl hp mix partial plotting progress pyll rand space_eval tpe trials_from_docs",
    ".anneal": "suggest",
    ".atpe": "suggest",
    ".base": "Ctrl Domain JOB_STATE_NEW STATUS_OK TRIAL_KEYS TRIAL_MISC_KEYS Trials miscs_to_idxs_vals "
    "miscs_update_idxs_vals spec_from_misc trials_from_docs",
    ".early_stop": "no_progress_loss",
    ".exceptions": "AllTrialsFailed BadSearchSpace DuplicateLabel",
    ".fmin": "fmin generate_trial generate_trials_to_calculate space_eval",
    ".hp": "choice loguniform lognormal normal pchoice qlognormal qloguniform qnormal quniform randint "
    "uniform uniformint",
    ".mix": "suggest",
    ".plotting": "main_plot_histogram main_plot_history main_plot_vars",
    ".progress": "default_callback no_progress_callback tqdm_progress_callback",
    ".pyll": "Apply as_apply rec_eval scope",
    ".pyll.base": "Apply as_apply rec_eval scope",
    ".pyll.stochastic": "sample",
    ".pyll_utils": "hp_choice hp_loguniform hp_normal hp_pchoice hp_quniform hp_randint hp_uniform "
    "hp_uniformint",
    ".rand": "suggest",
    ".spark": "SparkTrials",
    ".tpe": "suggest",
}


@pytest.mark.parametrize("module", sorted(NAMES))
def test_every_name_that_people_import_is_there(module):
    names = {}
    exec(f"from {hyperopt.__name__}{module} import {', '.join(NAMES[module].split())}", names)
    assert set(NAMES[module].split()) <= names.keys()


def test_neither_matplotlib_nor_tqdm_is_loaded_before_it_is_used():
    code = (
        f"import sys, {hyperopt.__name__}.plotting, {hyperopt.__name__}.progress\n"
        "print({'matplotlib', 'tqdm'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.fixture
def trials():
    trials = Trials()
    space = {"x": hp.uniform("x", 0, 1), "c": hp.choice("c", [1, hp.uniform("y", 0, 1)])}
    fmin(lambda p: p["x"] + p["c"], space, rand.suggest, 9, trials=trials, rstate=0, verbose=False)
    return trials


class Axis:
    """Records what is drawn, in the place of matplotlib's pyplot, its figures and its axes."""

    def __init__(self):
        self.calls = []
        self.flat = self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args))

    def __getitem__(self, _):
        return []

    def __iter__(self):
        while True:
            yield self

    def subplots(self, *_, **__):
        return self, self

    def drawn(self, name):
        return [args for called, args in self.calls if called == name]


@pytest.fixture
def pyplot(monkeypatch):
    module, pyplot = types.ModuleType("matplotlib"), Axis()
    module.pyplot = pyplot
    monkeypatch.setitem(sys.modules, "matplotlib", module)
    return pyplot


def test_the_history_shows_each_loss_and_the_best(trials, pyplot):
    plotting.main_plot_history(trials, do_show=False)
    ((places, losses),) = pyplot.drawn("scatter")
    assert (list(places), list(losses)) == (list(range(9)), trials.losses())
    assert pyplot.drawn("axhline") == [(min(trials.losses()),)]
    assert pyplot.drawn("show") == []


def test_the_histogram_counts_the_finite_losses(trials, pyplot):
    plotting.main_plot_histogram(trials)
    assert pyplot.drawn("hist") == [(trials.losses(),)]
    assert len(pyplot.drawn("show")) == 1


def test_each_parameter_has_its_chart(trials, pyplot):
    plotting.main_plot_vars(trials, do_show=False)
    assert [title for (title,) in pyplot.drawn("set_title")] == ["c", "x", "y"]
    assert [list(values) for values, _ in pyplot.drawn("scatter")] == [
        trials.vals[label] for label in ("c", "x", "y")
    ]
    pyplot.calls.clear()
    plotting.main_plot_vars(trials, arrange_by_loss=True, colorize_best=2, do_show=False)
    assert list(pyplot.drawn("scatter")[0][1]) == trials.losses()


def test_a_missing_library_is_named(trials, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="charts need matplotlib; install it with: pip install matplotlib"):
        plotting.main_plot_history(trials)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match="needs tqdm"), tqdm_progress_callback(0, 1):
        pass


@pytest.mark.skipif(find_spec("tqdm") is None, reason="tqdm is not installed")
def test_the_bar_of_tqdm_prints_above_itself_and_counts(capsys):
    def loss(x):
        sys.stdout.write(f"at {x > 2}\n")
        return abs(x)

    fmin(loss, hp.uniform("x", 0, 1), rand.suggest, 3, rstate=0, show_progressbar=tqdm_progress_callback)
    out = capsys.readouterr().out
    assert out.count("at False\n") == 3
    assert "3/3" in out
    assert "best loss" in out
    sys.stdout.write("after\n")
    assert capsys.readouterr().out == "after\n"

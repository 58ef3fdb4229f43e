"""Algorithms called as Hyperopt calls them, those of users, and what they get: Domain and Trials."""

import warnings
from functools import partial

import numpy as np
import pytest

from optimizer.compat.hyperopt import (
    JOB_STATE_NEW,
    STATUS_OK,
    Ctrl,
    Domain,
    InvalidTrial,
    Trials,
    anneal,
    atpe,
    auto,
    fmin,
    fmin_pass_expr_memo_ctrl,
    gp,
    hp,
    mix,
    rand,
    space_eval,
    tpe,
    trials_from_docs,
)
from optimizer.compat.hyperopt.atpe import ATPE
from optimizer.compat.hyperopt.base import miscs_to_idxs_vals, miscs_update_idxs_vals, spec_from_misc
from optimizer.compat.hyperopt.fmin import generate_trial
from optimizer.compat.hyperopt.pyll import rec_eval
from optimizer.compat.hyperopt.search.algos import sampler_of
from optimizer.errors import SpaceError

SPACE = {"x": hp.uniform("x", -5, 5), "kind": hp.choice("kind", ["a", hp.randint("n", 4)])}


def loss(point):
    return (point["x"] - 1) ** 2 + (point["kind"] == "a")


def search(algo, n=12, fn=loss, space=SPACE, **options):
    trials = options.setdefault("trials", Trials())
    fmin(fn, space, algo, n, rstate=0, verbose=False, **options)
    return trials


@pytest.mark.parametrize("module", [rand, tpe, anneal, gp, auto])
def test_suggest_gives_documents_that_depend_on_the_seed_and_not_on_the_ids(module):
    domain, past = Domain(loss, SPACE), search(rand.suggest)

    def drawn(ids, seed):
        docs = module.suggest(ids, domain, past, seed)
        assert [doc["tid"] for doc in docs] == ids
        assert {doc["state"] for doc in docs} == {JOB_STATE_NEW}
        for doc in docs:
            space_eval(SPACE, {k: v[0] for k, v in doc["misc"]["vals"].items() if v})
        idxs, vals = miscs_to_idxs_vals(trials_from_docs(docs).miscs)
        assert set(idxs["x"]) == set(ids)
        return vals

    ids = [-2, "a", 7, "007", 2.5]
    assert drawn(ids, 4) == drawn([10, 11, 12, 13, 14], 4)
    assert drawn(ids, 4) != drawn(ids, 5)


def test_documents_of_a_model_are_near_the_best_trials():
    past = search(rand.suggest, 40)
    docs = tpe.suggest(list(range(100, 130)), Domain(loss, SPACE), past, seed=1)
    assert np.median([abs(doc["misc"]["vals"]["x"][0] - 1) for doc in docs]) < 1.5


def test_some_arguments_of_an_algorithm_are_not_enough():
    with pytest.raises(
        TypeError, match=r"<tpe.suggest> must have new_ids, domain, trials and seed, or options"
    ):
        tpe.suggest([1], Domain(loss, SPACE))


def test_an_algorithm_of_ones_own_proposes_every_trial():
    seen = []

    def algo(new_ids, domain, trials, seed):
        seen.append((new_ids, len(trials), seed))
        return tpe.suggest(new_ids, domain, trials, seed, n_startup_jobs=3)

    trials = search(algo, 6)
    assert [(ids, n) for ids, n, _ in seen] == [([i], i) for i in range(6)]
    assert len({seed for *_, seed in seen}) == 6
    assert trials.vals == search(algo, 6).vals


def test_an_algorithm_written_from_the_parts_of_hyperopt_runs():
    def algo(new_ids, domain, trials, seed):
        docs = []
        for tid in new_ids:
            memo = {domain.s_new_ids: [tid], domain.s_rng: np.random.default_rng(seed)}
            idxs, vals = rec_eval(domain.s_idxs_vals, memo=memo)
            misc = {"tid": tid, "cmd": domain.cmd, "workdir": domain.workdir}
            miscs_update_idxs_vals([misc], idxs, vals)
            docs.extend(trials.new_trial_docs([tid], [None], [domain.new_result()], [misc]))
        return docs

    trials = search(algo, 8)
    assert len(trials) == 8
    assert len(set(trials.vals["x"])) == 8


def test_an_algorithm_that_proposes_nothing_more_ends_the_search():
    def algo(new_ids, domain, trials, seed):
        return rand.suggest(new_ids, domain, trials, seed) if len(trials) < 3 else []

    assert len(search(algo)) == 3


def test_documents_of_an_algorithm_are_checked_before_they_are_kept():
    def algo(new_ids, domain, trials, seed):
        docs = rand.suggest(new_ids, domain, trials, seed)
        del docs[0]["misc"]["vals"]["x"]
        return docs

    trials = Trials()
    with pytest.raises(SpaceError, match="x: is missing"):
        search(algo, trials=trials)
    assert trials.documents == []


def test_mix_takes_turns():
    counts = {"a": 0, "b": 0}

    def counted(name, new_ids, domain, trials, seed):
        counts[name] += 1
        return rand.suggest(new_ids, domain, trials, seed)

    shares = [(0.25, partial(counted, "a")), (0.75, partial(counted, "b"))]
    search(partial(mix.suggest, p_suggest=shares), 40)
    assert sum(counts.values()) == 40
    assert 2 <= counts["a"] < counts["b"]
    with pytest.raises(ValueError, match=r"must sum to 1, got \[0.5\]"):
        search(partial(mix.suggest, p_suggest=[(0.5, rand.suggest)]))


def test_anneal_takes_hyperopts_options():
    sampler = sampler_of(partial(anneal.suggest, avg_best_idx=3.0, shrink_coef=0.2))
    assert (sampler.name, sampler.avg_best_idx, sampler.shrink_coef) == ("anneal", 3.0, 0.2)
    assert min(search(anneal.suggest, 60).losses()) < 0.1


def test_atpe_says_once_what_it_is(monkeypatch):
    monkeypatch.setattr(ATPE, "_note", "atpe.suggest is the sampler auto here")
    with pytest.warns(UserWarning, match="atpe.suggest is the sampler auto here"):
        search(atpe.suggest, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sampler_of(atpe.suggest).name == "auto"


def test_domain_evaluates_values_by_label():
    domain = Domain(loss, SPACE, name="bowl", loss_target=0)
    assert (domain.name, domain.loss_target, list(domain.params)) == ("bowl", 0, ["x", "kind", "n"])
    assert domain.evaluate({"x": 1.0, "kind": 0}, None) == {"loss": 1.0, "status": STATUS_OK}
    result = {"loss": 3.0, "loss_variance": 0.5, "status": "ok"}
    assert (domain.loss(result), domain.loss_variance(result), domain.true_loss(result)) == (3.0, 0.5, 3.0)
    assert (domain.status(result), domain.new_result()) == ("ok", {"status": "new"})


def test_suggestions_are_taken_from_documents_as_wrappers_do():
    domain, trials = Domain(loss, SPACE), Trials()
    docs = tpe.suggest(trials.new_trial_ids(1), domain, trials, 3)
    trials.insert_trial_docs([*docs, generate_trial("mine", {"x": 1.0, "kind": 0})])
    trials.refresh()
    config = spec_from_misc(trials.trials[1]["misc"])
    assert rec_eval(SPACE, memo=domain.memo_from_config(config), print_node_on_error=False) == {
        "x": 1.0,
        "kind": "a",
    }
    assert trials.tids == [0, "mine"]


def test_attachments_of_a_result_are_kept_in_the_trials():
    trials = search(rand.suggest, 1)
    domain = Domain(lambda p: {"loss": 1, "status": "ok", "attachments": {"a": b"1"}}, SPACE)
    ctrl = Ctrl(trials, trials.trials[0])
    assert domain.evaluate({"x": 0, "kind": 0}, ctrl) == {"loss": 1.0, "status": "ok"}
    assert dict(ctrl.attachments) == dict(trials.trial_attachments(trials.trials[0])) == {"a": b"1"}
    with pytest.raises(ValueError, match="attachments belong to a trial"):
        _ = Ctrl(trials).attachments


@pytest.mark.parametrize("how", ["mark", "argument"])
def test_an_objective_may_take_the_space_the_values_and_the_trial(how):
    def raw(*, expr, memo, ctrl):
        ctrl.checkpoint({"status": "running"})
        assert ctrl.current_trial["result"]["status"] == "running"
        return loss(rec_eval(expr, memo=memo))

    options = {"pass_expr_memo_ctrl": True} if how == "argument" else {}
    trials = search(rand.suggest, fn=fmin_pass_expr_memo_ctrl(raw) if how == "mark" else raw, **options)
    assert trials.losses() == search(rand.suggest).losses()


def test_documents_are_made_of_parts_and_keep_any_tid():
    trials = Trials(exp_key="e1")
    misc = {"tid": "id0", "cmd": None, "idxs": {}, "vals": {}}
    docs = trials.new_trial_docs(["id0"], [None], [{"status": "new"}], [misc])
    assert trials.insert_trial_docs(docs) == ["id0"]
    trials.refresh()
    assert (trials.tids, trials.trials[0]["exp_key"], trials.new_trial_ids(1)) == (["id0"], "e1", [0])


def test_nothing_is_inserted_when_one_document_is_unfit():
    trials = Trials()
    docs = rand.suggest([0, 1], Domain(loss, SPACE), trials, 0)
    docs[1]["tid"] = docs[1]["misc"]["tid"] = [1]
    with pytest.raises(InvalidTrial, match=r"the tid of a trial must be a number or a text, got \[1\]"):
        trials.insert_trial_docs(docs)
    assert trials.documents == []
    assert trials.new_trial_ids(1) == [0]


def test_values_go_into_miscs_and_out_again():
    miscs = [{"tid": 1}, {"tid": 2}]
    idxs, vals = {"x": [1, 2], "y": [2]}, {"x": [0.1, 0.2], "y": [7]}
    miscs_update_idxs_vals(miscs, idxs, vals)
    assert miscs_to_idxs_vals(miscs, keys=["x", "y", "z"]) == (idxs | {"z": []}, vals | {"z": []})
    miscs_update_idxs_vals([{"tid": 9}], {"x": [1]}, {"x": [0.1]}, idxs_map={1: 9})
    with pytest.raises(ValueError, match="a tid must be that of a misc, got 3"):
        miscs_update_idxs_vals([{"tid": 1}], {"x": [3]}, {"x": [0.1]})
    with pytest.raises(ValueError, match="must have the same labels"):
        miscs_update_idxs_vals([{"tid": 1}], {"x": [1]}, {})

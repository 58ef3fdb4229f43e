"""Trees of choices of our own: what is active depends on what was chosen. The lowest value of each is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmarks.optimizer.problems.base import Point, Problem, bowl, on_unit, shift_of
from optimizer import Boolean, Categorical, Condition, Float, Int, Parameter, SearchSpace


def _problem(name: str, params: list[Parameter], value_at: Callable[[Point], float]) -> Problem:
    return Problem(name, SearchSpace(params), value_at, 0.0, frozenset({"conditional"}))


def _pipeline(name: str) -> Problem:
    """Preprocessing and a model, each with its own knobs; what suits one depends on the other."""
    svm, forest, linear = (Condition("model", (model,)) for model in ("svm", "forest", "linear"))
    params = [
        Parameter("scaler", Categorical(("none", "standard", "pca"))),
        Parameter("components", Int(2, 40), Condition("scaler", ("pca",))),
        Parameter("model", Categorical(("svm", "forest", "linear"))),
        Parameter("c", Float(1e-3, 1e3, log=True), svm),
        Parameter("gamma", Float(1e-5, 10, log=True), svm),
        Parameter("trees", Int(10, 500, log=True), forest),
        Parameter("depth", Int(1, 20), forest),
        Parameter("features", Float(0.05, 1.0), forest),
        Parameter("alpha", Float(1e-6, 10, log=True), linear),
    ]

    def value_at(p: Point) -> float:
        scaling = {"none": 0.5, "standard": 0.1, "pca": 0.0}[p["scaler"]]
        if p["scaler"] == "pca":
            scaling += 2 * (on_unit(p["components"], 2, 40) - 10 / 38) ** 2
        if p["model"] == "svm":
            places = [on_unit(p["c"], 1e-3, 1e3, log=True), on_unit(p["gamma"], 1e-5, 10, log=True)]
            ridge = places[0] + places[1] - 1.1
            return scaling + bowl(places, [0.75, 0.35]) + 3 * ridge**2
        if p["model"] == "forest":
            places = [on_unit(p["trees"], 10, 500, log=True), on_unit(p["depth"], 1, 20), p["features"]]
            return 0.08 + 0.3 * scaling + bowl(places, [1.0, 0.7, 0.4], [0.2, 1, 0.6])
        return 0.15 + scaling + bowl([on_unit(p["alpha"], 1e-6, 10, log=True)], [0.45])

    return _problem(name, params, value_at)


def _nested(name: str) -> Problem:
    """Three levels of choices; the best leaf is reached by one path in eight."""
    params = [Parameter("a", Categorical(("left", "right"))), Parameter("x", Float(0, 1))]
    for a in ("left", "right"):
        params.append(Parameter(f"b_{a}", Categorical(("up", "down")), Condition("a", (a,))))
        params.append(Parameter(f"y_{a}", Float(0, 1), Condition("a", (a,))))
        for b in ("up", "down"):
            leaf, here = f"{a}_{b}", Condition(f"b_{a}", (b,))
            params.append(Parameter(f"c_{leaf}", Categorical(("in", "out")), here))
            params += [
                Parameter(f"z_{leaf}_{c}", Float(0, 1), Condition(f"c_{leaf}", (c,))) for c in ("in", "out")
            ]
    best = shift_of(3, 24, 0.1, 0.9)

    def value_at(p: Point) -> float:
        a = p["a"]
        b = p[f"b_{a}"]
        c = p[f"c_{a}_{b}"]
        path = int(4 * (a == "left") + 2 * (b == "up") + (c == "in"))
        places = [p["x"], p[f"y_{a}"], p[f"z_{a}_{b}_{c}"]]
        return 0.07 * ((path * 3 + 1) % 8) + bowl(places, best[3 * path : 3 * path + 3], [2, 2, 4])

    return _problem(name, params, value_at)


def _scales(name: str) -> Problem:
    """Branches whose values differ by orders of magnitude; the one that varies least is the best."""
    widths = {"calm": 0.5, "rough": 40.0, "wild": 3000.0}
    floors = {"calm": 0.0, "rough": 0.05, "wild": 0.1}
    params = [Parameter("branch", Categorical(tuple(widths)))]
    for branch in widths:
        params += [Parameter(f"{branch}_{i}", Float(-1, 1), Condition("branch", (branch,))) for i in range(3)]
    best = shift_of(5, 3, -0.7, 0.7)

    def value_at(p: Point) -> float:
        branch = p["branch"]
        places = [p[f"{branch}_{i}"] for i in range(3)]
        return floors[branch] + widths[branch] * bowl(places, best)

    return _problem(name, params, value_at)


def _misleading(name: str) -> Problem:
    """A branch that is good almost everywhere, and one that is worse on average and better at its best."""
    params = [Parameter("branch", Categorical(("safe", "risky")))]
    params += [Parameter(f"safe{i}", Float(0, 1), Condition("branch", ("safe",))) for i in range(2)]
    params += [Parameter(f"risky{i}", Float(0, 1), Condition("branch", ("risky",))) for i in range(6)]

    def value_at(p: Point) -> float:
        if p["branch"] == "safe":
            return 0.3 + 0.2 * bowl([p["safe0"], p["safe1"]], [0.4, 0.7])
        return 1.5 * bowl([p[f"risky{i}"] for i in range(6)], [0.85, 0.2, 0.75, 0.4, 0.9, 0.3])

    return _problem(name, params, value_at)


def _layers(name: str) -> Problem:
    """A network: as many unit counts as there are layers, and one learning rate for all."""
    params = [
        Parameter("rate", Float(1e-5, 1e-1, log=True)),
        Parameter("layers", Int(1, 5)),
        Parameter("dropout", Float(0, 0.6)),
    ]
    params += [
        Parameter(f"units{i}", Int(8, 512, log=True), Condition("layers", tuple(range(i + 1, 6))))
        for i in range(5)
    ]
    wanted = (0.9, 0.7, 0.55, 0.35, 0.3)

    def value_at(p: Point) -> float:
        n = int(p["layers"])
        units = [on_unit(p[f"units{i}"], 8, 512, log=True) for i in range(n)]
        depth = 0.08 * (n - 3) ** 2
        rate = on_unit(p["rate"], 1e-5, 1e-1, log=True) - (0.75 - 0.05 * n)  # deeper trains slower
        return depth + bowl(units, wanted[:n]) + 4 * rate**2 + bowl([p["dropout"]], [0.25], [1.5])

    return _problem(name, params, value_at)


def _optimizers(name: str) -> Problem:
    """Optimizers with knobs of their own beside three that all share; each likes another batch size."""
    momentum = Condition("optimizer", ("sgd", "rmsprop"))
    params = [
        Parameter("batch", Int(16, 512, log=True)),
        Parameter("decay", Float(1e-7, 1e-2, log=True)),
        Parameter("warmup", Float(0, 0.3)),
        Parameter("optimizer", Categorical(("adam", "sgd", "rmsprop"))),
        Parameter("adam_rate", Float(1e-5, 1e-1, log=True), Condition("optimizer", ("adam",))),
        Parameter("beta", Float(0.5, 0.999), Condition("optimizer", ("adam",))),
        Parameter("rate", Float(1e-4, 1.0, log=True), momentum),
        Parameter("momentum", Float(0, 0.99), momentum),
        Parameter("nesterov", Boolean(), Condition("optimizer", ("sgd",))),
    ]

    def value_at(p: Point) -> float:
        kind = p["optimizer"]
        batch = on_unit(p["batch"], 16, 512, log=True)
        shared = [on_unit(p["decay"], 1e-7, 1e-2, log=True), p["warmup"] / 0.3]
        total = bowl(shared, [0.6, 0.35], [0.6, 0.3])
        if kind == "adam":
            rate = on_unit(p["adam_rate"], 1e-5, 1e-1, log=True)
            return total + 0.05 + bowl([rate - 0.3 * batch, p["beta"], batch], [0.4, 0.9, 0.4], [5, 1, 0.5])
        rate = on_unit(p["rate"], 1e-4, 1.0, log=True) + 0.4 * p["momentum"]
        floor = 0.0 if kind == "sgd" and p["nesterov"] else 0.1
        return total + floor + bowl([rate - 0.3 * batch, p["momentum"], batch], [0.9, 0.85, 0.2], [5, 1, 0.5])

    return _problem(name, params, value_at)


def _many_branches(name: str) -> Problem:
    """Six branches of eight parameters; only one of them leads below what the others can reach."""
    params = [Parameter("branch", Categorical(tuple("abcdef")))]
    for branch in "abcdef":
        params += [Parameter(f"{branch}{i}", Float(0, 1), Condition("branch", (branch,))) for i in range(8)]
    floors = dict(zip("abcdef", (0.5, 0.35, 0.25, 0.0, 0.3, 0.4), strict=True))

    def value_at(p: Point) -> float:
        branch = p["branch"]
        best = shift_of(ord(branch), 8, 0.1, 0.9)
        return floors[branch] + bowl([p[f"{branch}{i}"] for i in range(8)], best)

    return _problem(name, params, value_at)


def _switches(name: str) -> Problem:
    """Six features with two knobs each; switched on well it helps, switched on badly it hurts."""
    params = []
    for i in range(6):
        here = Condition(f"on{i}", (True,))
        params += [
            Parameter(f"on{i}", Boolean()),
            Parameter(f"x{i}", Float(0, 1), here),
            Parameter(f"y{i}", Float(1e-3, 1, log=True), here),
        ]
    best = shift_of(6, 12, 0.15, 0.85)
    gains = (1.0, -0.2, 0.6, 0.3, -0.5, 0.8)  # negative: better left off

    def value_at(p: Point) -> float:
        total = sum(max(gain, 0.0) for gain in gains)
        for i, gain in enumerate(gains):
            if p[f"on{i}"]:
                places = [p[f"x{i}"], on_unit(p[f"y{i}"], 1e-3, 1, log=True)]
                total += 4 * bowl(places, best[2 * i : 2 * i + 2]) - gain
        return max(total, 0.0)

    return _problem(name, params, value_at)


def _shared_knob(name: str) -> Problem:
    """A knob that two of three branches share, under a choice that is itself in a branch."""
    params = [
        Parameter("task", Categorical(("tree", "net"))),
        Parameter("booster", Categorical(("gbtree", "dart", "linear")), Condition("task", ("tree",))),
        Parameter("eta", Float(1e-3, 1, log=True), Condition("booster", ("gbtree", "dart"))),
        Parameter("depth", Int(1, 12), Condition("booster", ("gbtree", "dart"))),
        Parameter("drop", Float(0, 1), Condition("booster", ("dart",))),
        Parameter("lambda", Float(1e-6, 1e3, log=True), Condition("task", ("tree",))),
        Parameter("width", Int(4, 256, log=True), Condition("task", ("net",))),
        Parameter("rate", Float(1e-5, 1, log=True), Condition("task", ("net",))),
    ]

    def value_at(p: Point) -> float:
        if p["task"] == "net":
            places = [on_unit(p["width"], 4, 256, log=True), on_unit(p["rate"], 1e-5, 1, log=True)]
            return 0.12 + bowl(places, [0.7, 0.5], [1, 3])
        penalty = bowl([on_unit(p["lambda"], 1e-6, 1e3, log=True)], [0.6], [0.7])
        if p["booster"] == "linear":
            return 0.2 + penalty
        places = [on_unit(p["eta"], 1e-3, 1, log=True), on_unit(p["depth"], 1, 12)]
        total = (
            penalty
            + bowl(places, [0.62, 5 / 11], [3, 1.5])
            + 2 * (places[0] + places[1] - 0.62 - 5 / 11) ** 2
        )
        return total + (bowl([p["drop"]], [0.15]) if p["booster"] == "dart" else 0.05)

    return _problem(name, params, value_at)


CONDITIONAL: Final[dict[str, Callable[[str], Problem]]] = {
    "pipeline": _pipeline,
    "nested": _nested,
    "scales": _scales,
    "misleading": _misleading,
    "layers": _layers,
    "optimizers": _optimizers,
    "many-branches": _many_branches,
    "switches": _switches,
    "shared-knob": _shared_knob,
}

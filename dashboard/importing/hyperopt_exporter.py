"""Write the trials of a Hyperopt search to a file that Parzen imports.

Run it where Hyperopt and your trials are:

    python export_hyperopt_trials.py trials.pkl trials.json
    python export_hyperopt_trials.py trials.pkl trials.json --space my_search:SPACE

With the space, choices become their values instead of their places, and ranges are known. Or, in your own
script, `write_trials(trials, "trials.json", space=SPACE)` after `fmin`.
"""

import argparse
import datetime as dt
import importlib
import json
import math
import os
import pickle
import sys

FORMAT, VERSION = "parzen-hyperopt-trials", 1
SCALARS = (str, int, float, bool, type(None))


def write_trials(trials, path, space=None, name="hyperopt"):
    """Write a line about the space, then a line for each trial; return how many trials."""
    import hyperopt

    notes = [] if space is not None else ["Without the space, choices are known by their place, from 0."]
    head = {
        "format": FORMAT,
        "version": VERSION,
        "hyperopt": hyperopt.__version__,
        "name": name,
        "space": {} if space is None else declared(space),
        "notes": notes,
    }
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(head, allow_nan=False) + "\n")
        for trial in trials.trials:
            file.write(json.dumps(_trial(trial, space), allow_nan=False) + "\n")
    return len(trials.trials)


def _trial(trial, space):
    result = dict(trial["result"])
    error = trial["misc"].get("error")
    if error:
        result["failure"] = str(error[-1])
    return {
        "state": trial["state"],
        "params": params_of(trial["misc"]["vals"], space),
        "result": {str(k): _plain(v) for k, v in result.items() if isinstance(_plain(v), SCALARS)},
        "book_time": _seconds(trial.get("book_time")),
        "refresh_time": _seconds(trial.get("refresh_time")),
    }


def params_of(vals, space):
    """By label: the value that was drawn, and of a choice of plain values the one that was chosen."""
    drawn = {label: _plain(values[0]) for label, values in vals.items() if len(values)}
    if space is None:
        return drawn
    options = {label: found for label, (kind, found) in _nodes(space).items() if kind == "choice"}
    return {
        label: options[label][int(value)] if options.get(label) else value for label, value in drawn.items()
    }


def declared(space):
    """By label: its distribution in Parzen's words, where it has any."""
    found = {}
    for label, (kind, args) in _nodes(space).items():
        if kind == "choice":
            if args and len(args) > 1:
                found[label] = {"type": "categorical", "choices": args}
        elif kind in {"uniform", "loguniform"}:
            low, high = args
            ends = (math.exp(low), math.exp(high)) if kind == "loguniform" else (float(low), float(high))
            found[label] = {"type": "float", "low": ends[0], "high": ends[1], "log": kind == "loguniform"}
    return found


def _nodes(space):
    """Of each labelled node its kind, and its bounds or, of a choice, its plain options."""
    from hyperopt.pyll import as_apply, dfs

    nodes = dfs(as_apply(space))
    found = {}
    for node in nodes:
        if node.name == "hyperopt_param":
            label, drawn = node.arg["label"].obj, node.arg["obj"]
            args = [each.obj for each in drawn.pos_args if hasattr(each, "obj")]
            args += [each.obj for _, each in drawn.named_args if hasattr(each, "obj")]
            if drawn.name in {"uniform", "loguniform"} and len(args) >= 2:
                found[label] = drawn.name, args[:2]
    for node in nodes:
        if node.name == "switch" and node.pos_args[0].name == "hyperopt_param":
            label = node.pos_args[0].arg["label"].obj
            found[label] = "choice", _options(node.pos_args[1:])
    return found


def _options(nodes):
    """The options as plain values; of an option that is more, `option 1`, or its own text beside others."""
    options = []
    for place, node in enumerate(nodes):
        value = node.obj if node.name == "literal" else _first_text(node)
        options.append(value if isinstance(value, SCALARS) and value is not None else f"option {place}")
    distinct = {(isinstance(value, bool), value) for value in options}
    return options if len(distinct) == len(options) else [f"option {i}" for i in range(len(options))]


def _first_text(node):
    """What tells a branch apart: the first text in its dictionary, such as its type."""
    inside = [*node.pos_args, *(each for _, each in node.named_args)]
    return next((each.obj for each in inside if isinstance(getattr(each, "obj", None), str)), None)


def _plain(value):
    """A number of NumPy as one of Python; None for what JSON cannot say."""
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _seconds(moment):
    """Hyperopt keeps times without a zone, which are in UTC."""
    if moment is None:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
    return zoned.timestamp()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pickle", help="file that holds Trials; only open one that you trust")
    parser.add_argument("out")
    parser.add_argument("--space", help="module:NAME of the search space, found from this folder")
    given = parser.parse_args()
    sys.path.insert(0, os.getcwd())
    space = None
    if given.space:
        module, _, attribute = given.space.partition(":")
        space = getattr(importlib.import_module(module), attribute)
    with open(given.pickle, "rb") as file:
        trials = pickle.load(file)
    n = write_trials(trials, given.out, space, name=os.path.splitext(os.path.basename(given.pickle))[0])
    print(f"Trials written to {given.out}: {n}")


if __name__ == "__main__":
    main()

"""The command ``regret``: run what is missing, then compare at equal evaluations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.optimizer.results import BETTER_OPTUNA, BUDGETS, Results
from benchmarks.optimizer.runs import stale_code
from benchmarks.optimizer.scoring import Comparison, compare, floored_median, mean_ranks, ratios
from benchmarks.optimizer.searches import PEERS, is_available, is_ours, label_of
from benchmarks.optimizer.suites import SUITES, problems_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

N_PEER_SEEDS = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the command's options."""
    suites = ", ".join(SUITES)
    parser.add_argument(
        "--suite", default="dev", help=f"suites or problems, comma-separated; suites: {suites}"
    )
    parser.add_argument("--samplers", default="tpe", help=f"ours, and any of {', '.join(PEERS)}")
    parser.add_argument("--against", default="optuna", help=f"a peer, or {BETTER_OPTUNA}")
    parser.add_argument("--seeds", type=int, default=3, help="seeds of our samplers")
    parser.add_argument("--peer-seeds", type=int, default=N_PEER_SEEDS)
    parser.add_argument("--budget", type=int, default=100, help="evaluations per run")
    parser.add_argument(
        "--fresh", action="store_true", help="forget this label's runs of these samplers first"
    )
    parser.add_argument("--report-only", action="store_true", help="make no runs, use what is kept")
    parser.add_argument("--worst", type=int, default=1000, help="list only so many problems, worst first")


def run(args: Namespace) -> None:
    """Do what the options say and print the tables."""
    samplers = [name for name in args.samplers.split(",") if _checked(name)]
    peers = ["optuna", "optuna-group"] if args.against == BETTER_OPTUNA else [args.against]
    results = Results(problems_of(args.suite), [*samplers, *peers], args.label, fresh=args.fresh)
    if not args.report_only:
        failed = results.make(args.seeds, args.peer_seeds, args.budget, args.jobs)
        if failed:
            print(f"{len(failed)} runs failed and are missing below; see stderr", file=sys.stderr)
    for name in samplers:
        if is_ours(name) and (others := stale_code(results.stores[name])):
            print(
                f"{name}@{label_of(name, args.label)} holds runs of other code ({', '.join(others)}); "
                "--fresh redoes them"
            )
    budgets = sorted({args.budget, *(budget for budget in BUDGETS if budget <= args.budget)})
    print_summary(results, samplers, args.against, budgets, args.label)
    print_problems(results, samplers, args.against, budgets[-3:], args.worst)


def _checked(name: str) -> bool:
    if not is_available(name):
        print(f"{name}: skipped, there is no such sampler")
        return False
    return True


def print_summary(
    results: Results, samplers: list[str], against: str, budgets: list[int], label: str | None
) -> None:
    """One row per sampler and budget, as a Markdown table."""
    print(f"\nRegret over {against}'s, geometric mean over problems, floor 1e-2; below 1 is better\n")
    print(
        "| sampler | budget | problems | regret | ratio (95 % CI) | floor 1e-4 | win-tie-loss "
        "| > random | ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in samplers:
        for budget in budgets:
            mine, theirs = results.regrets(name, budget), results.regrets(against, budget)
            if not mine.keys() & theirs.keys():
                continue
            cells, cost = _cells(compare(mine, theirs)), results.milliseconds(name, budget)
            print(f"| {name}@{label_of(name, label)} | {budget} | {cells} | {cost:.2g} |")


def _cells(found: Comparison) -> str:
    share = 100 * found.n_worse_than_random / found.n_problems
    return (
        f"{found.n_problems} | {found.regret:.3f} | **{found.ratio:.2f}** ({found.low:.2f}-{found.high:.2f}) "
        f"| {found.fine_ratio:.2f} | {found.wins}-{found.ties}-{found.losses} "
        f"| {found.n_worse_than_random} ({share:.0f} %)"
    )


def print_problems(
    results: Results, samplers: list[str], against: str, budgets: list[int], n_worst: int
) -> None:
    """Ratios per problem, the first sampler's worst first, and the regrets at the last budget."""
    samplers = [name for name in samplers if results.regrets(name, budgets[-1])]
    if not samplers:
        return
    columns = [(name, budget) for name in samplers for budget in budgets]
    found = {key: ratios(results.regrets(*key), results.regrets(against, key[1])) for key in columns}
    last = budgets[-1]
    own = {name: results.regrets(name, last) for name in (*samplers, against)}
    order = sorted(found[samplers[0], last], key=lambda problem: -found[samplers[0], last][problem])
    head = [f"{name[:5]}@{budget}" for name, budget in columns] + [f"r {name[:6]}" for name in own]
    print(f"\nPer problem, worst first: ratios to {against}, then regrets (random = 1) at {last}\n")
    print(f"{'':24}" + "".join(f"{text:>11}" for text in head))
    for problem in order[:n_worst]:
        cells = [f"{found[key][problem]:.2f}" if problem in found[key] else "-" for key in columns]
        cells += [
            f"{floored_median(values[problem], 0.0):.3f}" if problem in values else "-"
            for values in own.values()
        ]
        print(f"{problem:24}" + "".join(f"{text:>11}" for text in cells))


def print_ranks(results: Results, names: list[str], budget: int) -> None:
    """Mean ranks over the problems that all ran."""
    medians = {
        name: {problem: floored_median(values) for problem, values in results.regrets(name, budget).items()}
        for name in names
    }
    ranks = mean_ranks(medians)
    print(f"Mean rank at {budget}: " + ", ".join(f"{name} {rank:.2f}" for name, rank in ranks.items()))

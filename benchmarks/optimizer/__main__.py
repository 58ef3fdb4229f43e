"""``python -m benchmarks.optimizer``: everything; ``--smoke`` quickly; or one of the commands alone."""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before NumPy loads

from argparse import ArgumentParser

from benchmarks.optimizer import costs, regret, report


def make_parser() -> ArgumentParser:
    """The command line; a test holds what the README shows against it."""
    parser = ArgumentParser(prog="python -m benchmarks.optimizer", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few problems, under three minutes")
    parser.add_argument("--jobs", type=int, default=1, help="processes that make runs")
    parser.add_argument("--label", help="name of this state of our code; default: a hash of it")
    commands = parser.add_subparsers(dest="command")
    regret.add_arguments(commands.add_parser("regret", help=regret.__doc__))
    costs.add_arguments(commands.add_parser("latency", help="CPU time of ask and tell, ours and the peers'"))
    commands.add_parser("memory", help="memory of histories and asks, and what imports cost")
    return parser


def main() -> None:
    """Read the command line and do it."""
    args = make_parser().parse_args()
    if args.command == "regret":
        regret.run(args)
    elif args.command == "latency":
        costs.run_latency(args)
    elif args.command == "memory":
        costs.run_memory()
    else:
        report.run(report.SMOKE if args.smoke else report.FULL, args.jobs, args.label)


if __name__ == "__main__":
    main()

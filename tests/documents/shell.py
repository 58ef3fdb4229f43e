"""Commands of documents, held against what they would meet; the ones that change a machine are not run."""

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from benchmarks.optimizer import __main__ as optimizer_benchmark
from benchmarks.optimizer.searches import PEERS, is_ours
from benchmarks.optimizer.suites import problems_of
from tests.documents.blocks import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
SETTINGS = (ROOT / "dashboard" / "settings.py").read_text()
COMPOSE_FILE = ROOT / "deploy" / "compose" / "compose.yaml"

# Programs that nothing of ours decides about.
NOT_OURS = {
    "apt": "installs packages of the system",
    "createdb": "of PostgreSQL",
    "createuser": "of PostgreSQL",
    "git": "clones from wherever somebody keeps the repository",
    "rm": "in a line for cron, removes last week's backup",
    "set": "of the shell",
    "useradd": "makes a user of the system",
}


def hold_lines(code: str) -> int:
    """Check each command of some lines; returns how many there were."""
    # Words to fill in, and what another command prints, are words.
    code = re.sub(r"<[^<>]+>|\$\([^()]*\)", "WORD", code)
    subprocess.run(["bash", "-n"], input=code, text=True, check=True, capture_output=True)
    held = 0
    for line in code.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        lexer.commenters, lexer.whitespace_split = "#", True
        command: list[str] = []
        for word in [*lexer, ";"]:
            if set(word) <= set(";&|"):
                held += hold_command(command)
                command = []
            else:
                command.append(word)
    return held


def hold_command(words: list[str]) -> bool:
    """Whether there was a command; an AssertionError where it could not do what it says."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        assert name in {"PY", "F"} or is_read(name), f"nothing reads {name}"
        assert name != "PY" or f"{value}" in (ROOT / "Makefile").read_text()
    if words[:1] == ["sudo"]:
        words = words[3:] if words[1] == "-u" else words[1:]
    if not words:
        return False
    program, *rest = words
    if program in {".venv/bin/python", "$PY"}:
        program, *rest = rest
    if program == "-m":
        program, *rest = rest
    program = program.removeprefix(".venv/bin/")
    assert program in NOT_OURS or program in PROGRAMS, f"nothing holds the command {program}"
    if program in PROGRAMS:
        PROGRAMS[program](rest)
    return True


def is_read(name: str) -> bool:
    """Whether settings, the image's compose file or the fault runs read a variable of the environment."""
    readers = [COMPOSE_FILE.read_text(), (ROOT / "tests" / "faults" / "__main__.py").read_text()]
    is_setting = re.search(rf'env\.\w+\(\s*"{name}"', SETTINGS)
    return bool(is_setting) or any(re.search(rf"\b{name}\b", text) for text in readers)


def _make(words: list[str]) -> None:
    subprocess.run(["make", "--dry-run", *words], cwd=ROOT, check=True, capture_output=True)


def _manage(words: list[str]) -> None:
    name, *options = words
    app = get_commands()[name]
    command = app if not isinstance(app, str) else load_command_class(app, name)
    command.create_parser("manage.py", name).parse_args(options)


def _benchmark(words: list[str]) -> None:
    given = optimizer_benchmark.make_parser().parse_args(words)
    for name in getattr(given, "suite", "dev").split(","):
        assert name.startswith("bbob-") or problems_of(name), name  # only the peers' environment has those
    for sampler in getattr(given, "samplers", "tpe").split(","):
        assert sampler in PEERS or is_ours(sampler), sampler


def _uv(words: list[str]) -> None:
    uv = Path(sys.prefix) / "bin" / "uv"
    known = subprocess.run([uv, *words[:2], "--help"], capture_output=True, text=True, check=True).stdout
    for word in words[2:]:
        assert not word.startswith("-") or word in known, word
    assert (ROOT / words[words.index("-r") + 1]).is_file()


def _docker(words: list[str]) -> None:
    given = dict(pairwise(words))
    assert ROOT / given["--file"] == COMPOSE_FILE
    if "exec" in given:
        assert given["exec"] in yaml.safe_load(COMPOSE_FILE.read_text())["services"]
        hold_command(words[words.index("exec") + 2 :])


def _systemctl(words: list[str]) -> None:
    assert f"{words[-1]}.service" in {path.name for path in UNITS}


def _copy(words: list[str]) -> None:
    assert (ROOT / words[-2]).exists()


def _enter(words: list[str]) -> None:
    assert all(f"WorkingDirectory={words[0]}\n" in path.read_text() for path in UNITS)


def _source(words: list[str]) -> None:
    assert all(f"EnvironmentFile={words[0]}\n" in path.read_text() for path in UNITS)


def _curl(words: list[str]) -> None:
    assert resolve("/" + words[-1].split("/", 3)[3])


PROGRAMS = {
    ".": _source,
    "benchmarks.optimizer": _benchmark,
    "cd": _enter,
    "cp": _copy,
    "curl": _curl,
    "docker": _docker,
    "install": _copy,
    "make": _make,
    "manage.py": _manage,
    "systemctl": _systemctl,
    "uv": _uv,
}

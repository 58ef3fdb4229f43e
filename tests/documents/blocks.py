"""The code blocks of all documents."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "benchmarks",
    "dashboard",
    "deploy",
    "docs",
    "optimizer",
    "static",
    "templates",
    "tests",
    "trainers",
)
PAGES = sorted([*ROOT.glob("*.md"), *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))])


class Block(NamedTuple):
    """`page` is a path from the root, `line` that of the first line of the code."""

    page: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    fences = re.finditer(r"^( *)```([^\n]*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    name = page.relative_to(ROOT).as_posix()
    return [Block(name, text[: m.start(3)].count("\n") + 1, m[2], m[3]) for m in fences]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]

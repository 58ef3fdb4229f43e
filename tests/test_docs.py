"""What the documents say of the tree is so. Their code blocks are held by `tests/documents`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("README.md")]
)
NO_ROOMS = {"__pycache__", "migrations", "management", "templatetags"}


def blocks(page: Path) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def tree() -> list[str]:
    """The paths of the README's picture of the tree."""
    (picture,) = (code for _, code in blocks(ROOT / "README.md") if code.startswith("dashboard/"))
    places: list[str] = []
    parents: dict[int, str] = {}
    for line in picture.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.match(r"[\w/.]+(?:, [\w/.]+)*", line.strip()).group().split(", "):
            parents[depth] = ("" if not depth else parents[depth - 1]) + name
            places.append(parents[depth])
    return places


def test_everything_in_the_tree_of_the_readme_is_on_the_disk():
    assert len(tree()) > 40
    assert [place for place in tree() if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("package", ["dashboard", "trainers", "optimizer"])
def test_every_room_is_in_the_tree_of_the_readme(package):
    rooms = {f"{package}/{path.name}/" for path in (ROOT / package).iterdir() if path.is_dir()}

    assert rooms - set(tree()) - {f"{package}/{name}/" for name in NO_ROOMS} == set()


def test_every_path_that_a_document_names_is_on_the_disk():
    named = re.compile(
        r"`((?:dashboard|trainers|optimizer|templates|static|tests|benchmarks|docs|deploy)/\w[\w./-]+)`"
    )
    missing = {
        f"{page.relative_to(ROOT)}: {path}"
        for page in PAGES
        for path in named.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / path.partition("::")[0]).exists()
    }

    assert missing == set()


def test_every_link_between_documents_leads_somewhere():
    broken = set()
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.add(f"{page.relative_to(ROOT)}: {target}")

    assert broken == set()


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("0*.md")}

    assert set(re.findall(r"\((0[\w-]+\.md)\)", (folder / "README.md").read_text())) == pages
    assert len({name[:4] for name in pages}) == len(pages)


def test_every_make_target_that_a_document_names_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }

    assert named - targets == set()

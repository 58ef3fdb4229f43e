"""Nothing but the modules of wording writes a number for people, and charts write it as pages do."""

import ast
import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from optimizer import wording

ROOT = Path(__file__).resolve().parents[1]
WORDING = "optimizer/wording.py"
NUMBER_FORMAT = re.compile(r"(,|\.\d+[fgeE%]|[gfeE%])$")
COUNT = re.compile(r"^(n|n_\w+)$")

# Where a number is formatted for another reader than a person, or for one who gives it back.
NOT_FOR_PEOPLE = {
    ("dashboard/charts/digits.py", ".{digits}g"): "rounds what travels to a chart as JSON",
    ("dashboard/trials/selection/literals.py", "f"): "a filter is read back: a number keeps its digits",
    ("dashboard/charts/density.py", ".1f"): "places in a picture",
    ("dashboard/charts/explanations.py", ".3g"): "rounds what is kept, to be read back",
    ("dashboard/charts/sparklines.py", ".1f"): "places in a picture",
    ("dashboard/charts/sparklines.py", "g"): "places in a picture",
    ("dashboard/charts/forecast.py", ".1f"): "1.0 to 100.0 standard deviations, on the way into a sentence",
    ("dashboard/new_study/knob_form.py", ".12g"): "what a form opens with is read back: it keeps its digits",
    ("trainers/datasets/uploads/columns.py", ".15g"): "a column of numbers read back as texts, none lost",
    (
        "trainers/datasets/uploads/guesses/gaps.py",
        ".15g",
    ): "a number as its text, to be compared",
    ("trainers/datasets/uploads/guesses/gaps.py", ".0f"): "digits that are looked at, not shown",
    ("optimizer/compat/hp/functions.py", ".12g"): "shortens a bound that comes from exp(log(x))",
    ("optimizer/samplers/gp.py", ".4g"): "rounds what an explanation keeps as JSON",
}

# Of a datetime attribute, and for a script.
NOT_FOR_READERS = {
    "templates/components/age.html": "floatformat",
    "templates/studies/views/_training_now.html": "floatformat",
}
IN_SCRIPTS = {
    "static/js/charts/numbers.js": "the words of charts",
    "static/js/charts/style.js": "ticks, of which all on an axis show as many decimals",
    "static/js/file_field.js": "a limit in whole MB",
    "static/js/ticks.js": "a count with commas, as pages write it",
}


def sources():
    """Files of Python that can tell people a number. A downloaded script may import nothing of Parzen."""
    for package in ("dashboard", "trainers", "optimizer"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name != WORDING and "/migrations/" not in name and "/portable/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def inserted():
    """What f-strings insert: file, expression, format, and the text that follows."""
    for name, tree in sources():
        for text in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
            for part, after in zip(text.values, [*text.values[1:], None], strict=True):
                if isinstance(part, ast.FormattedValue):
                    spec = ast.unparse(part.format_spec)[2:-1] if part.format_spec else ""
                    yield name, part.value, spec, getattr(after, "value", "")


def test_every_number_in_a_sentence_is_written_by_the_modules_of_wording():
    formatted = {
        (name, spec) for name, _, spec, _ in inserted() if NUMBER_FORMAT.search(spec) and "%-" not in spec
    }

    assert formatted == set(NOT_FOR_PEOPLE)


def test_no_count_stands_before_a_noun_without_agreeing_with_it():
    """`1 epochs`, and 2000 where others are told as 2,000."""
    wrong = {
        f"{name}: {ast.unparse(value)}{after}"
        for name, value, spec, after in inserted()
        if not name.startswith(("optimizer/testing", "trainers/testing"))
        and not spec
        and isinstance(after, str)
        and re.match(r" (?!does|is|has)[a-z]+s\b", after)
        and (
            COUNT.match(getattr(value, "id", getattr(value, "attr", "")))
            or getattr(getattr(value, "func", None), "id", "") == "len"
        )
    }

    assert wrong == set()


def test_templates_have_no_number_formats_of_their_own():
    formats = re.compile(r"\|(floatformat|filesizeformat|intcomma|intword|pluralize|timesince|timeuntil)")
    found = {
        path.relative_to(ROOT).as_posix(): set(formats.findall(path.read_text(encoding="utf-8")))
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }

    assert {name: used for name, used in found.items() if used} == {
        name: {used} for name, used in NOT_FOR_READERS.items()
    }


def test_every_moment_on_a_page_is_in_the_zone_of_its_reader():
    """A report is a file, which names the zone."""
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        html = re.sub(r"<time [^>]*data-format=[^>]*>.*?</time>", "", path.read_text(encoding="utf-8"))
        wrong += [
            f"{path.name}: {written}"
            for written in re.findall(r"\|date:[\"']([^\"']+)", html)
            if written != "c" and "e" not in written
        ]
    assert wrong == []


def test_scripts_write_numbers_in_one_place():
    calls = re.compile(r"toFixed|toPrecision|toExponential|toLocaleString|NumberFormat")
    scripts = {path for path in (ROOT / "static" / "js").rglob("*.js") if calls.search(path.read_text())}

    assert {path.relative_to(ROOT).as_posix() for path in scripts} == set(IN_SCRIPTS)


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_charts_write_numbers_as_pages_do():
    rng = random.Random(5)
    numbers = [0, 1e-13, 1.1e-13, 0.09746, 36_000, 1e19, 1, 2000, 2015, 0.08, 0.99999, 999.96, 1e9, 0.001]
    numbers += [rng.uniform(1, 10) * 10 ** rng.randint(-14, 14) for _ in range(500)]
    numbers += [-number for number in numbers]
    script = (ROOT / "static/js/charts/numbers.js").read_text() + (
        "const say = window.ParzenCharts;"
        "const numbers = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(numbers.map((n) => [say.metric(n), say.percent(n), say.short(n, 3)])));"
    )
    done = subprocess.run(
        ["node", "-e", f"globalThis.window = {{ ParzenCharts: {{}} }};\n{script}"],
        input=json.dumps(numbers),
        capture_output=True,
        text=True,
        check=True,
    )

    said = dict(zip(numbers, json.loads(done.stdout), strict=True))
    pages = {n: [wording.metric(float(n)), wording.percent(n), wording.param(float(n))] for n in numbers}
    assert {n: (said[n], pages[n]) for n in numbers if said[n] != pages[n]} == {}

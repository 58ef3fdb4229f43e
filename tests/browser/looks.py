"""How a page must look: accessible, no wider than the screen, charts drawn; in two widths and both themes."""

from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser import steps

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
RUN_AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.map((v) => v.id + " (" + v.impact + "): " + v.help + ": "
    + v.nodes.slice(0, 4).map((n) => n.target.join(" ") + " " + (n.any[0]?.message || "")).join(" | "));
}"""
# What makes the page scroll sideways or sticks out of its card; hidden words for readers count too.
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const name = (e) => e.tagName + "." + e.className;
  const cards = [...document.querySelectorAll(".card")].filter((e) => e.scrollWidth > e.clientWidth + 1);
  if (document.documentElement.scrollWidth <= room) { return cards.map((e) => name(e) + " is overfull"); }
  const wide = [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > room + 1)
    .map((e) => (e.matches(".scroll-x *") ? "in .scroll-x: " : "") + name(e));
  return ["the page scrolls sideways: " + [...new Set(wide)].slice(0, 6).join(", ")];
}"""
# In the other theme nothing differs but colors: what else there is need not be looked for again.
ABOUT_COLORS = ("color-contrast", "link-in-text-block")
LOOKS = [(width, theme) for width in (1440, 390) for theme in ("light", "dark")]
IS_PAINTED = """(canvas) => canvas.width > 0 && canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"""


@cache
def axe_source():
    if not Path(AXE).is_file():
        pytest.skip("needs axe-core: make install-dev")
    return AXE.read_text() + ";0"


def check_looks(page, charts=()):
    """The page as it stands, in four looks; it is loaded once, as people turn their phones."""
    problems = find_problems(page)
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    if charts:
        assert set(steps.chart_points(page)) == set(charts)
        for canvas in page.locator("canvas[data-chart]").all():
            assert canvas.evaluate(IS_PAINTED), f"nothing is painted on {canvas}"


def find_problems(page, rules_in_dark=RULES):
    """What is not accessible, or too wide, in any of the four looks."""
    page.evaluate(axe_source())
    problems = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        look = f"{width} px, {theme}"
        problems += [
            f"{look}: {line}"
            for line in page.evaluate(RUN_AXE, list(RULES if theme == "light" else rules_in_dark))
        ]
        problems += [f"{look}: {line}" for line in page.evaluate(TOO_WIDE)]
    return problems

"""A person without a mouse: reaches everything with Tab and sees where the focus is."""

import pytest

MAX_STOPS = 250
# Where the focus is, whether it can be seen, and whether something lies over it.
FOCUS = """() => {
  const element = document.activeElement;
  const rings = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  // A radio of a segment is hidden, and its label wears the ring.
  const holders = [element, element.closest("label"), element.parentElement].filter(Boolean);
  const shown = element.closest("label.choice-card, .seg label") || element;
  const box = shown.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((dx) => [0.1, 0.5, 0.9].map((dy) =>
    [box.left + box.width * dx, box.top + box.height * dy]));
  const isReached = ([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (shown.contains(hit) || hit.contains(shown));
  };
  return {
    name: element.tagName + "#" + element.id + "[" + (element.name || element.href || "") + "] "
      + (element.innerText || element.value || "").slice(0, 30),
    isBody: element === document.body,
    hasRing: holders.some(rings),
    isVisible: points.some(isReached),
  };
}"""


def tab_to(page, target, key="Tab"):
    """Press Tab until this element has the focus; every stop on the way must be seen."""
    for _ in range(MAX_STOPS):
        page.keyboard.press(key)
        check_focus(page)
        if target.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail(f"{MAX_STOPS} times {key} did not reach {target}")


def check_focus(page):
    stop = page.evaluate(FOCUS)
    if not stop["isBody"]:
        assert stop["hasRing"], f"no focus ring on {stop['name']}"
        assert stop["isVisible"], f"the focus is hidden or covered on {stop['name']}"


def type_over(page, target, text):
    """Reach a text field and replace what stands in it."""
    tab_to(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(str(text))

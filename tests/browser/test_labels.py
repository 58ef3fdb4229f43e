"""Words written into charts: none covers another, none leaves the picture, wide and narrow."""

import pytest

from tests.browser import steps
from tests.builders import add_trials, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
# Keeps where each text is written, until its canvas is cleared.
KEEP_TEXTS = """
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    this.canvas.texts = [];
    clearRect.apply(this, area);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const { width } = this.measureText(text);
    const left = x - ({ center: width / 2, right: width }[this.textAlign] ?? 0);
    (this.canvas.texts ??= []).push({ text, left, right: left + width, top: y - 5, bottom: y + 5 });
    fillText.call(this, text, x, y, ...rest);
  };
"""
WORDS = """(name) => {
  const canvas = document.querySelector(`canvas[data-chart="${name}"]`);
  const words = new Set(Chart.getChart(canvas).data.words.map((item) => item.text));
  const { width, height } = canvas.getBoundingClientRect();
  return [canvas.texts.filter(({ text }) => words.has(text)), width, height];
}"""


@pytest.fixture
def drawn(person):
    def drawn(url, name):
        """The texts of a chart with their places, and its size; on a wide page and on a narrow one."""
        person.add_init_script(KEEP_TEXTS)
        person.goto(url)
        for width in (1440, 390):
            person.set_viewport_size({"width": width, "height": 900})
            steps.chart_points(person)
            person.wait_for_timeout(200)  # Chart.js draws again a frame after its box has changed
            yield person.evaluate(WORDS, name)

    return drawn


def is_over(one, other):
    is_beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not is_beside and one["top"] < other["bottom"] and other["top"] < one["bottom"]


def test_names_of_lines_that_end_close_together_do_not_cover_each_other(ada, site, drawn):
    study = running_study(owner=ada)
    add_trials(study, 5, n_reports=3)

    for texts, _, _ in drawn(f"{site}/studies/{study.pk}/trials/0/", "trial_epochs"):
        assert {"validation", "training", "study median"} < {each["text"] for each in texts}
        pairs = [(a["text"], b["text"]) for i, a in enumerate(texts) for b in texts[i + 1 :] if is_over(a, b)]
        assert pairs == []


def test_words_at_the_best_trial_stay_inside_when_it_is_the_last(ada, site, drawn):
    study = running_study(owner=ada, max_trials=34)
    add_trials(study, 34, value=lambda number: 0.6 - 0.01 * number)

    for texts, width, height in drawn(f"{site}/studies/{study.pk}/", "best"):
        (best,) = [each for each in texts if each["text"].startswith("best")]
        assert 0 <= best["left"] < best["right"] <= width
        assert 0 <= best["top"] < best["bottom"] <= height


MARKS = """() => Chart.getChart(document.querySelector('canvas[data-chart="best"]'))
  .getSortedVisibleDatasetMetas().filter((meta) => meta.type === "scatter")
  .flatMap((meta) => meta.data)
  .map(({ x, y }) => ({ left: x - 3, right: x + 3, top: y - 3, bottom: y + 3 }))"""


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("target", [None, 0.28])
def test_words_at_the_best_trial_cover_no_mark(ada, site, person, drawn, direction, target):
    """The best is the last one, and the others come close to it from its worse side."""
    study = running_study(owner=ada, max_trials=60, direction=direction, target_value=target)
    sign = 1 if direction == "minimize" else -1
    add_trials(study, 60, value=lambda n: 0.5 + sign * (0.2 - 0.003 * n + 0.02 * (n * 7 % 11) * (n < 59)))

    for texts, _, _ in drawn(f"{site}/studies/{study.pk}/", "best"):
        (best,) = [each for each in texts if each["text"].startswith("best")]
        assert [mark for mark in person.evaluate(MARKS) if is_over(best, mark)] == []
        assert not any(is_over(best, other) for other in texts if other is not best)


def test_target_is_drawn_and_named(ada, site, drawn):
    study = running_study(owner=ada, max_trials=20, target_value=0.3)
    add_trials(study, 20, value=lambda number: 0.6 - 0.01 * number)

    for texts, width, height in drawn(f"{site}/studies/{study.pk}/", "best"):
        (target,) = [each for each in texts if each["text"].startswith("target")]
        assert "0.3" in target["text"]
        assert 0 <= target["left"] < target["right"] <= width
        assert 0 <= target["top"] < target["bottom"] <= height


def test_target_out_of_view_is_said_beside_the_chart(ada, site, person):
    study = running_study(owner=ada, max_trials=20, target_value=0.0001)
    add_trials(study, 20, value=lambda number: 0.6 - 0.01 * number)
    person.goto(f"{site}/studies/{study.pk}/")
    steps.chart_points(person)
    assert "below this chart" in person.locator('[data-chart-note="best"]').inner_text()

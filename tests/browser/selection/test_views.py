"""The views of the main chart: whichever was chosen before, each looks as it does at first."""

import pytest

from tests.browser import steps
from tests.browser.selection.conftest import chart

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
AXES = """(canvas) => Object.fromEntries(Object.entries(Chart.getChart(canvas).scales)
  .map(([name, scale]) => [name, [Math.round(scale.top), Math.round(scale.bottom)]]))"""


def test_pruned_trials_return_below_the_plot(overview):
    before = chart(overview).evaluate(AXES)
    assert before["strip"][0] >= before["y"][1], "the strip is below the plot"

    overview.get_by_role("button", name="In the plot").click()
    assert "strip" not in chart(overview).evaluate(AXES)
    overview.get_by_role("button", name="Pruned below").click()

    assert chart(overview).evaluate(AXES) == before
    assert steps.chart_points(overview)["best"]["strip"] == 5

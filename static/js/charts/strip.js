// The strip below the best so far: trials that were stopped early, and those that failed.
(function () {
  "use strict";
  const { token, alpha, axis, noGrid, short } = window.ParzenCharts;
  const FAILED_AT = 1.35; // of the height of a bar that has reached every epoch

  // Pruned trials as bars as high as the epoch they reached, and failed ones as crosses above these.
  function setsOf(data, places) {
    const inStrip = (state) => places.filter((place) => place.trial.state === state);
    const color = token("mark-caution");
    return [
      {
        key: "strip",
        type: "bar",
        yAxisID: "strip",
        data: inStrip("pruned").map(({ x, trial }) => ({ x, y: trial.step, trial })),
        backgroundColor: alpha(color, 0.75),
        barThickness: places.length > 400 ? 1 : 2,
        order: 4,
      },
      {
        key: "failed",
        type: "scatter",
        yAxisID: "strip",
        data: inStrip("failed").map(({ x, trial }) => ({ x, y: data.max_step * FAILED_AT, trial })),
        borderColor: token("mark-bad"),
        clip: 8,
        backgroundColor: "transparent",
        pointStyle: "crossRot",
        radius: 4,
        borderWidth: 1.8,
        order: 2,
      },
    ];
  }

  function axisOf(data) {
    return axis("", {
      type: "linear",
      position: "left",
      stack: "values",
      stackWeight: 1.4,
      min: 0,
      max: data.max_step * 1.7,
      grid: noGrid,
      ticks: { autoSkip: false, callback: (value) => short(value, 3) },
      afterBuildTicks: (scale) => (scale.ticks = [{ value: 0 }, { value: data.max_step }]),
    });
  }

  window.ParzenCharts.strip = { setsOf, axisOf };
})();

// The marks of trials: shape and color by state, pale where a filter leaves them out.
(function () {
  "use strict";
  const { token, alpha, parted, strip } = window.ParzenCharts;
  const REACH = 48; // pixels from the pointer in which a mark answers
  const COLORS = { complete: "mark-good", pruned: "mark-caution", failed: "mark-bad", running: "mark-info" };

  // Only marks answer the pointer, never the line between them.
  Chart.Interaction.modes.marks = function (chart, event) {
    let nearest = [];
    let least = REACH;
    chart.getSortedVisibleDatasetMetas().forEach(function (meta) {
      if (meta.type === "line") {
        return;
      }
      meta.data.forEach(function (element, index) {
        const distance = Math.hypot(element.x - event.x, element.y - event.y);
        if (distance < least) {
          least = distance;
          nearest = [{ element, datasetIndex: meta.index, index }];
        }
      });
    });
    return nearest;
  };

  function pointsOf(state, places, range) {
    return places
      .filter((place) => place.trial.state === state)
      .filter((place) => place.trial.value !== null || state === "failed" || state === "pruned")
      .map(function (place) {
        const value = state === "failed" ? range.bad : (place.trial.value ?? range.bad);
        return { x: place.x, y: Math.min(range.high, Math.max(range.low, value)), trial: place.trial };
      });
  }

  function looks(size) {
    const hollow = { backgroundColor: "transparent", borderWidth: 1.6 };
    return {
      complete: { radius: size, backgroundColor: alpha(token("mark-good"), 0.85), borderWidth: 0, order: 3 },
      pruned: { ...hollow, pointStyle: "triangle", rotation: 180, radius: size + 0.5, order: 4 },
      failed: { ...hollow, pointStyle: "crossRot", radius: size + 1, borderWidth: 1.8, order: 2 },
      running: { ...hollow, radius: size + 0.5, borderWidth: 1.8, order: 2 },
    };
  }

  function inPlot(places, range, isApart) {
    return Object.entries(looks(places.length > 300 ? 2.5 : 3.5))
      .filter(([state]) => !isApart || !["pruned", "failed"].includes(state))
      .map(([state, look]) => ({
        key: state,
        type: "scatter",
        yAxisID: "y",
        data: pointsOf(state, places, range),
        borderColor: token(COLORS[state]),
        clip: 8,
        hoverRadius: look.radius + 2,
        ...look,
      }));
  }

  function setsOf(data, places, range, isApart, selection) {
    const sets = [...inPlot(places, range, isApart), ...(isApart ? strip.setsOf(data, places) : [])];
    const isIn = ({ trial }) => !selection || selection.has(trial.n);
    return sets.flatMap(function (set) {
      const state = set.key === "strip" ? "pruned" : set.key;
      return parted({ ...set, state, label: state }, token(COLORS[state]), isIn);
    });
  }

  window.ParzenCharts.marks = { setsOf };
})();

// The value of every trial as a mark, shape and color by state, and the best so far as a step line.
(function () {
  "use strict";
  const { register, token, alpha, axis, metricAxis, noGrid, reading, progress, strip } = window.ParzenCharts;
  const REACH = 48; // pixels from the pointer in which a mark answers

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

  function isInRange(value, range) {
    return value !== null && value >= range.low && value <= range.high;
  }

  function marksOf(state, places, data, range) {
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

  function markSets(data, places, range, isApart) {
    const colors = { pruned: "mark-caution", failed: "mark-bad", running: "mark-info" };
    const shown = Object.entries(looks(places.length > 300 ? 2.5 : 3.5)).filter(
      ([state]) => !isApart || !["pruned", "failed"].includes(state),
    );
    const marks = shown.map(([state, look]) => ({
      key: state,
      type: "scatter",
      yAxisID: "y",
      data: marksOf(state, places, data, range),
      borderColor: colors[state] && token(colors[state]),
      clip: 8,
      hoverRadius: look.radius + 2,
      ...look,
    }));
    return isApart ? [...marks, ...strip.setsOf(data, places)] : marks;
  }

  function words(data, view, range) {
    const items = [];
    const { best, target } = data;
    if (isInRange(target, range)) {
      const text = "target " + reading(target, data.is_percent);
      items.push({ x: "start", y: target, line: "h", text, color: token("tone-neutral"), dx: 4, dy: 10 });
    }
    if (view.startup !== null) {
      const text = data.startup_words;
      items.push({ x: view.startup, y: "start", line: "v", color: token("line-control") });
      items.push({ x: view.startup, y: "start", text, color: token("chart-axis"), dy: -15, isInside: true });
    }
    const at = best && view.places.find((place) => place.trial.n === best.n);
    if (at) {
      const text = "best " + reading(best.value, data.is_percent) + "  #" + best.n;
      const y = Math.min(range.high, Math.max(range.low, best.value));
      const color = token("chart-best");
      items.push({ x: at.x, y, ring: true, text, isBold: true, color, dx: 10, isInside: true, isFree: true });
    }
    if (!data.line.length) {
      const text = view.places.length ? "No completed trials yet" : "The first trials appear here";
      items.push({ x: "middle", y: "middle", text, align: "center", color: token("chart-axis") });
    }
    return items;
  }

  // Says where the target is when it is out of view, and on which edge values lie that would squeeze others.
  function note(data, range, isApart) {
    const bars = isApart ? "bars reach to the epoch at which a trial was pruned" : "";
    return [data.target_note, edgeNote(data, range), bars].filter(Boolean).join("; ");
  }

  function edgeNote(data, range) {
    const isBeyond = data.is_higher_better ? (value) => value < range.low : (value) => value > range.high;
    if (range.isUnknown || !data.trials.some((trial) => trial.value !== null && isBeyond(trial.value))) {
      return "";
    }
    const bound = reading(range.bad, data.is_percent);
    return data.is_higher_better
      ? "values below " + bound + " are drawn at the bottom edge"
      : "values above " + bound + " are drawn at the top edge";
  }

  function tooltip(data) {
    function lines(item) {
      const { trial } = item.raw;
      const value = trial.state === "failed" ? trial.kind || "failed" : reading(trial.value, data.is_percent);
      return [data.metric + " " + value, ...trial.params];
    }
    function title([item]) {
      const { n, state, kind } = item.raw.trial;
      return "#" + n + "  " + (kind === "infeasible" ? kind : state);
    }
    return { title, label: lines };
  }

  function trialUnder(event, chart) {
    const [hit] = Chart.Interaction.modes.marks(chart, event);
    const isClose = hit && Math.hypot(hit.element.x - event.x, hit.element.y - event.y) < 14;
    return isClose ? chart.data.datasets[hit.datasetIndex].data[hit.index].trial : null;
  }

  register("best", function (data, canvas) {
    const isLog = Boolean(data.log_floor) && canvas.dataset.scale !== "linear";
    const isApart = canvas.dataset.pruned !== "plot" && data.trials.some(({ state }) => state === "pruned");
    const range = progress.rangeOf(data, isLog);
    const view = progress.viewOf(data, canvas.dataset.axis || "trial");
    const line = {
      key: "best",
      type: "line",
      yAxisID: "y",
      data: view.line.map((point) => ({
        x: point.x,
        y: Math.min(range.high, Math.max(range.low, point.value)),
      })),
      stepped: "before",
      borderColor: token("chart-best"),
      borderWidth: 2,
      pointRadius: 0,
      order: 0,
    };
    return {
      type: "scatter",
      note: note(data, range, isApart),
      data: {
        datasets: [line, ...markSets(data, view.places, range, isApart)],
        words: words(data, view, range),
      },
      options: {
        interaction: { mode: "marks" },
        layout: { padding: { right: 8, top: 24 } },
        scales: {
          x: axis(view.title, {
            type: "linear",
            offset: false,
            min: view.min,
            max: view.max,
            grid: noGrid,
            ticks: { maxTicksLimit: 11 },
            afterBuildTicks: (scale) => (scale.ticks = view.ticks.map((value) => ({ value }))),
          }),
          ...(isApart && { strip: strip.axisOf(data) }),
          y: metricAxis({
            isLog,
            stack: isApart ? "values" : undefined,
            isPercent: data.is_percent,
            isUnknown: range.isUnknown,
            min: range.low,
            max: range.high,
          }),
        },
        plugins: { tooltip: { callbacks: tooltip(data) } },
        onClick(event, _hits, chart) {
          const trial = trialUnder(event, chart);
          if (trial && data.url) {
            location.assign(data.url + trial.n + "/");
          }
        },
        onHover: (event, _hits, chart) =>
          canvas.classList.toggle("is-link", Boolean(trialUnder(event, chart))),
      },
    };
  });
})();

// The value of every trial as a mark, shape and color by state, and the best so far as a step line.
(function () {
  "use strict";
  const { register, token, axis, metricAxis, noGrid, nothing, reading } = window.ParzenCharts;
  const { progress, strip, marks, data: page } = window.ParzenCharts;

  function isInRange(value, range) {
    return value !== null && value >= range.low && value <= range.high;
  }

  function words(data, view, range) {
    const items = [];
    const { best, target } = data;
    if (isInRange(target, range)) {
      const text = "target " + reading(target, data.is_percent);
      items.push({
        x: view.max,
        y: target,
        line: "h",
        text,
        align: "right",
        color: token("tone-neutral"),
        dy: -8,
      });
    }
    if (view.startup !== null) {
      const text = data.startup_words;
      items.push({ x: view.startup, y: "start", line: "v", color: token("line-control") });
      items.push({ x: view.startup, y: "start", text, color: token("chart-axis"), dy: -15, isInside: true });
    }
    view.spaces.forEach(({ x, words: text }) => {
      items.push({ x, y: "start", line: "v", color: token("line-control") });
      items.push({ x, y: "start", text, color: token("chart-axis"), dy: -15, isInside: true, isFree: true });
    });
    const at = best && view.places.find((place) => place.trial.n === best.n);
    if (at) {
      const text = "best " + reading(best.value, data.is_percent) + "  #" + best.n;
      const y = Math.min(range.high, Math.max(range.low, best.value));
      const color = token("chart-best");
      items.push({ x: at.x, y, ring: true, text, isBold: true, color, dx: 10, isInside: true, isFree: true });
    }
    if (!data.line.length) {
      items.push(...nothing(view.places.length ? "No completed trials yet" : "The first trials appear here"));
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

  function bestLine(view, range) {
    return {
      key: "best",
      label: "best so far",
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
      pointStyle: "line",
      order: 0,
    };
  }

  function scalesOf(data, view, range, isLog, isApart) {
    return {
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
    };
  }

  register("best", function (sent, canvas, selection) {
    const data = { ...sent, trials: page.trialsOf(sent) };
    const isLog = Boolean(data.log_floor) && canvas.dataset.scale !== "linear";
    const isApart = canvas.dataset.pruned !== "plot" && data.trials.some(({ state }) => state === "pruned");
    const range = progress.rangeOf(data, isLog);
    const view = progress.viewOf(data, canvas.dataset.axis || "trial");
    const hidden = (canvas.dataset.hidden || "").split(" ");
    const sets = [bestLine(view, range), ...marks.setsOf(data, view.places, range, isApart, selection)];
    return {
      type: "scatter",
      note: note(data, range, isApart),
      data: {
        brush: { x: view.brush, y: { name: data.metric, isPercent: data.is_percent } },
        datasets: sets.filter((set) => !hidden.includes(set.state || set.key)),
        words: words(data, view, range),
      },
      options: {
        interaction: { mode: "marks" },
        layout: { padding: { right: 8, top: 24 } },
        scales: scalesOf(data, view, range, isLog, isApart),
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

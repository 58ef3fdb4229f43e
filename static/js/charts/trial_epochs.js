// One trial by epoch: validation, training and the median of the study; the best epoch is marked.
(function () {
  "use strict";
  const { register, token, axis, metricAxis, noGrid, nothing, reading, withRoom } = window.ParzenCharts;
  const SERIES = ["val", "train", "median", "best"];
  const NAMES = { train: "training", median: "study median" };

  function nameOf(metric, series) {
    return series === "best" ? metric.best_name : NAMES[series] || metric.line;
  }

  function looks() {
    return {
      val: { borderColor: token("chart-1"), borderWidth: 2.2, order: 1 },
      train: { borderColor: token("chart-2"), borderWidth: 1.6, borderDash: [5, 3], order: 2 },
      median: { borderColor: token("chart-dim"), borderWidth: 1.4, order: 3 },
      best: { borderColor: token("chart-best"), borderWidth: 1.2, order: 4 },
    };
  }

  function seriesOf(metric) {
    return SERIES.filter((name) => (metric[name] || []).length > 0);
  }

  function dataset(metric, name) {
    const look = looks()[name];
    const data = metric[name].map(([x, y]) => ({ x, y }));
    return {
      key: name,
      type: "line",
      name: nameOf(metric, name),
      data,
      pointRadius: data.length === 1 ? 3 : 0,
      pointBackgroundColor: look.borderColor,
      clip: 6,
      cubicInterpolationMode: "monotone",
      ...look,
    };
  }

  function endOf(points) {
    return points.filter(([, value]) => value !== null).at(-1);
  }

  function words(metric, data) {
    const bestStep = data.best_step;
    const colors = {
      val: token("text"),
      train: token("text-soft"),
      median: token("chart-axis"),
      best: token("chart-best"),
    };
    const items = seriesOf(metric)
      .filter((name) => endOf(metric[name]))
      .map(function (name) {
        const [x, y] = endOf(metric[name]);
        const isBold = name === "val";
        return { x, y, text: nameOf(metric, name), isBold, color: colors[name], dx: 8, isSpread: true };
      });
    const best = (metric.val || []).find(([step, value]) => step === bestStep && value !== null);
    if (best) {
      const other = (metric.train || []).find(([step]) => step === bestStep);
      const dy = other && other[1] > best[1] ? 16 : -15; // away from the other line
      // beside the last point are its own words, and left of the first one is the axis
      const text = metric.val.length > 1 ? "best epoch " + bestStep : "";
      const isLast = best === metric.val.at(-1);
      const place = best === metric.val[0] ? { dx: -4 } : isLast ? { align: "right" } : { align: "center" };
      const color = token("chart-best");
      items.push({ x: best[0], y: best[1], ring: true, text, color, isBold: true, dy, ...place });
    }
    return items.length ? items : nothing(data.empty);
  }

  function range(metric, isLog) {
    const values = seriesOf(metric).flatMap((name) => metric[name].map(([, value]) => value));
    const known = values.filter((value) => value !== null);
    if (!known.length) {
      return { min: 0, max: 1, isUnknown: true };
    }
    const { min, max } = withRoom(Math.min(...known), Math.max(...known), isLog);
    return { min, max: metric.is_percent ? Math.min(1, max) : max };
  }

  function canBeLog(metric) {
    return (
      metric.log &&
      seriesOf(metric).length > 0 &&
      seriesOf(metric).every((name) => metric[name].every(([, value]) => value > 0))
    );
  }

  register("trial_epochs", function (data, canvas) {
    const wanted = canvas.dataset.metric;
    const metric = data.metrics.find((each) => each.name === wanted) || data.metrics[0] || { log: false };
    const isLog = canBeLog(metric);
    const lastStep = Math.max(2, ...seriesOf(metric).map((name) => metric[name].at(-1)[0]));
    return {
      type: "line",
      data: {
        datasets: seriesOf(metric).map((name) => dataset(metric, name)),
        words: words(metric, data),
      },
      options: {
        interaction: { mode: "x", intersect: false },
        layout: { padding: { right: 86, top: 18 } },
        scales: {
          x: axis("epoch", { type: "linear", min: 1, max: lastStep, grid: noGrid, ticks: { precision: 0 } }),
          y: metricAxis({ isLog, isPercent: metric.is_percent, ...range(metric, isLog) }),
        },
        plugins: {
          tooltip: {
            callbacks: {
              title: (items) => "epoch " + items[0].parsed.x,
              label: (item) => item.dataset.name + " " + reading(item.parsed.y, metric.is_percent),
            },
          },
        },
      },
    };
  });
})();

// The best values so far of several studies, by how many of their trials had ended.
(function () {
  "use strict";
  const { register, token, axis, metricAxis, noGrid, reading, withRoom } = window.ParzenCharts;

  function line({ name, color, points }) {
    return {
      label: name,
      type: "line",
      data: points.map(([x, y]) => ({ x, y })),
      stepped: "before",
      borderColor: token(color),
      borderWidth: 2,
      pointRadius: 0,
      pointHitRadius: 8,
      clip: 6,
    };
  }

  function words(lines) {
    if (!lines.length) {
      const text = "No trial has completed yet";
      return [{ x: "middle", y: "middle", text, align: "center", color: token("chart-axis") }];
    }
    return lines.map(function ({ name, color, points }) {
      const [x, y] = points.at(-1);
      return { x, y, isBold: true, text: name, color: token(color), dx: 8 };
    });
  }

  register("compare", function (data) {
    const last = Math.max(2, ...data.lines.map(({ points }) => points.at(-1)[0]));
    return {
      type: "line",
      data: { datasets: data.lines.map(line), words: words(data.lines) },
      options: {
        layout: { padding: { right: 120, top: 8 } },
        scales: {
          x: axis("ended trials", {
            type: "linear",
            min: 0,
            max: last,
            grid: noGrid,
            ticks: { precision: 0 },
          }),
          y: metricAxis({
            isLog: data.log,
            isUnknown: !data.lines.length,
            isPercent: data.is_percent,
            ...withRoom(data.min, data.max, data.log),
          }),
        },
        plugins: {
          tooltip: {
            callbacks: {
              title: (items) => items[0].dataset.label,
              label: (item) =>
                "after " + item.parsed.x + " trials: " + reading(item.parsed.y, data.is_percent),
            },
          },
        },
      },
    };
  });
})();

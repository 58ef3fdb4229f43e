// A plot of a picture (dashboard/charts/panels/panel.py): two axes and a few kinds of marks between them.
(function () {
  "use strict";
  const { register, token, axis, noGrid, panelMarks, data: page } = window.ParzenCharts;
  const REACH = 16; // pixels from the pointer in which a mark answers

  // Names of choices below a small plot, as far as there is room.
  function fitted(words, { kind, isY, ticks }) {
    const room = kind === "category" && !isY ? Math.max(2, Math.floor(18 / ticks.length)) : words.length;
    return words.length > room ? words.slice(0, room - 1) + "…" : words;
  }

  function scaleOf(sent, isSmall) {
    const words = new Map(sent.ticks);
    return axis(sent.title, {
      type: sent.kind === "log" ? "logarithmic" : "linear",
      min: sent.low,
      max: sent.high,
      grid: sent.isY && sent.kind !== "category" ? { color: token("chart-grid"), drawTicks: false } : noGrid,
      afterBuildTicks: (scale) => (scale.ticks = sent.ticks.map(([value]) => ({ value }))),
      ticks: {
        callback: (value) => fitted(words.get(value) ?? "", isSmall && sent),
        autoSkip: !(sent.isY && sent.kind === "category"),
        autoSkipPadding: isSmall ? 8 : 16,
        padding: isSmall ? 3 : 6,
        color: token(sent.isY && sent.kind === "category" ? "text" : "chart-axis"),
      },
    });
  }

  function pixelBox(chart, [x0, x1, y0, y1]) {
    const { x, y } = chart.scales;
    const [left, right] = [x.getPixelForValue(x0), x.getPixelForValue(x1)];
    const [bottom, top] = [y.getPixelForValue(y0), y.getPixelForValue(y1)];
    return { left, top, width: Math.max(right - left, 1), height: bottom - top };
  }

  Chart.register({
    id: "boxes",
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      chart.data.datasets
        .filter((set) => String(set.key).startsWith("boxes"))
        .flatMap((set) => set.data)
        .forEach(function ({ box, color }) {
          const { left, top, width, height } = pixelBox(chart, box);
          ctx.fillStyle = color;
          ctx.fillRect(left, top, width, height);
        });
      ctx.restore();
    },
  });

  // The box under the pointer, or else the nearest point.
  Chart.Interaction.modes.parts = function (chart, event) {
    let found = [];
    let least = REACH;
    chart.getSortedVisibleDatasetMetas().forEach(function (meta) {
      const set = chart.data.datasets[meta.index];
      meta.data.forEach(function (element, index) {
        const raw = set.data[index];
        if (raw.box) {
          const { left, top, width, height } = pixelBox(chart, raw.box);
          const isIn =
            event.x >= left && event.x <= left + width && event.y >= top && event.y <= top + height;
          if (isIn && least === REACH) {
            found = [{ element, datasetIndex: meta.index, index }];
          }
          return;
        }
        const distance = Math.hypot(element.x - event.x, element.y - event.y);
        if (set.about && distance < least) {
          least = distance;
          found = [{ element, datasetIndex: meta.index, index }];
        }
      });
    });
    return found;
  };

  function open(event, _hits, chart) {
    const [hit] = Chart.Interaction.modes.parts(chart, event);
    const n = hit && chart.data.datasets[hit.datasetIndex].data[hit.index].n;
    if (n !== undefined) {
      location.assign(page.of("explore").url + n + "/");
    }
  }

  const column = ({ name, is_whole: isWhole, is_percent: isPercent, kind }) =>
    name && kind !== "category" ? { name, isWhole, isPercent } : undefined;

  const aboutOf = ({ dataset, raw }) => dataset.about(raw);

  register("panel", function (picture, canvas, selection) {
    const { x, y, marks, texts } = picture.panels[Number(canvas.dataset.panel)];
    const isSmall = canvas.closest(".small-plots") !== null;
    const metric = page.of("explore").metric.name;
    const sent = {
      x: { ...x, title: isSmall ? "" : x.title },
      y: { ...y, isY: true, isMetric: y.name === metric },
    };
    sent.x.isMetric = x.name === metric;
    const labelled = { x: { ...sent.x, title: x.title }, y: { ...sent.y, title: y.title } };
    return {
      type: "scatter",
      data: {
        brush: { x: column(x), y: column(y) },
        datasets: marks.flatMap((mark, index) => panelMarks.setsOf(mark, index, labelled, selection)),
        words: texts.map((text) => ({ ...text, color: token(text.color) })),
      },
      options: {
        interaction: { mode: "parts" },
        layout: { padding: { right: isSmall ? 6 : 12, top: 6 } },
        scales: {
          x: scaleOf(sent.x, isSmall),
          y: scaleOf({ ...sent.y, title: isSmall || y.kind === "category" ? "" : y.title }, isSmall),
        },
        plugins: {
          tooltip: {
            callbacks: { title: ([item]) => aboutOf(item).title, label: (item) => aboutOf(item).words },
          },
        },
        onClick: open,
      },
    };
  });
})();

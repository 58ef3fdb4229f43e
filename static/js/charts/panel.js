// A plot of a picture (dashboard/charts/panels/panel.py): two axes and a few kinds of marks between them.
(function () {
  "use strict";
  const { register, token, alpha, axis, noGrid, reading, short, data: page } = window.ParzenCharts;
  const PALE = 0.12;
  const REACH = 16; // pixels from the pointer in which a mark answers

  // Marks of one value stand beside each other, always in the same place.
  const jitter = (n) => (((n * 0.618034) % 1) - 0.5) * 0.5;

  function clamped(value, { low, high }) {
    return value === null ? null : Math.min(high, Math.max(low, value));
  }

  function wordsOf(sent, value) {
    if (sent.kind === "category") {
      return (sent.ticks.find(([place]) => place === value) || ["", ""])[1];
    }
    return sent.isMetric ? reading(value, sent.is_percent) : short(value, 3);
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
        callback: (value) => words.get(value) ?? "",
        autoSkip: !(sent.isY && sent.kind === "category"),
        autoSkipPadding: isSmall ? 8 : 16,
        padding: isSmall ? 3 : 6,
        color: token(sent.isY && sent.kind === "category" ? "text" : "chart-axis"),
      },
    });
  }

  // The trials of the page by two of its columns.
  function trialSets(mark, sent, selection) {
    const { columns, metric } = page.of("explore");
    const isOnTones = mark.y !== "value";
    const column = (name) => columns[name === "value" ? "value" : "p:" + name] || [];
    const [xs, ys] = [column(mark.x), column(mark.y)];
    const sides = { complete: [], pruned: [], "complete-out": [], "pruned-out": [] };
    columns.n.forEach(function (n, i) {
      const state = columns.state[i];
      if (xs[i] === null || ys[i] === null || !(state in sides)) {
        return;
      }
      const isOut = selection && !selection.has(n);
      sides[state + (isOut ? "-out" : "")].push({
        x: clamped(xs[i], sent.x) + (sent.x.kind === "category" ? jitter(n) : 0),
        y: clamped(ys[i], sent.y) + (sent.y.kind === "category" ? jitter(n + 7) : 0),
        n,
        title: "#" + n + "  " + state,
        words: [
          sent.x.title + " " + wordsOf(sent.x, xs[i]),
          sent.y.title + " " + wordsOf(sent.y, ys[i]),
          ...(isOnTones ? [metric.title + " " + reading(columns.value[i], metric.is_percent)] : []),
        ],
      });
    });
    const size = columns.n.length > 500 ? 1.6 : 2.4;
    return Object.entries(sides).map(function ([state, points]) {
      const isOut = state.endsWith("-out");
      const isPruned = state.startsWith("pruned");
      const color = token(isOnTones ? "text" : isPruned ? "mark-caution" : "chart-1");
      const shown = alpha(color, isOut ? PALE : isPruned ? 0.55 : 0.8);
      return {
        key: state,
        type: "scatter",
        data: points,
        pointStyle: isPruned ? "triangle" : "circle",
        rotation: isPruned ? 180 : 0,
        radius: isOnTones && !isPruned ? size + 0.8 : size,
        borderColor: shown,
        borderWidth: isPruned || isOnTones ? 1 : 0,
        backgroundColor:
          isOnTones && !isPruned
            ? alpha(token("surface"), isOut ? PALE : 1)
            : isPruned
              ? "transparent"
              : shown,
        clip: 4,
        order: (isPruned ? 7 : 6) + (isOut ? 10 : 0),
      };
    });
  }

  function dotSet(mark, sent, selection) {
    const colors = mark.tones.map((tone) => token(tone ? "tone-" + tone : "chart-point"));
    const shown = mark.n.map((n, i) => alpha(colors[i], selection && !selection.has(n) ? PALE : 0.85));
    return {
      key: "dots",
      type: "scatter",
      data: mark.x.map((x, i) => ({
        x,
        y: mark.y[i],
        n: mark.n[i],
        title: "#" + mark.n[i],
        words: [mark.words[i]],
      })),
      radius: 2.2,
      borderWidth: 0,
      backgroundColor: shown,
      clip: 6,
    };
  }

  function lineSet(mark, index, sent, selection) {
    const isOut = mark.n !== undefined && selection && !selection.has(mark.n);
    return {
      key: mark.n === undefined ? "line-" + index : mark.n,
      type: "line",
      data: mark.x.map((x, i) => ({
        x,
        y: clamped(mark.y[i], sent.y),
        n: mark.n,
        title: mark.words,
        words:
          x === null
            ? []
            : [(sent.x.title || "epoch") + " " + short(x, 3) + ": " + wordsOf(sent.y, mark.y[i])],
      })),
      borderColor: alpha(token(mark.color), isOut ? PALE : mark.n === undefined ? 1 : 0.5),
      borderWidth: mark.width,
      borderDash: mark.is_dotted ? [2, 3] : [],
      stepped: mark.is_stepped ? "before" : false,
      pointRadius: mark.x.length === 1 ? 2 : 0,
      order: mark.n === undefined ? 1 : 4 + (isOut ? 10 : 0),
    };
  }

  function bandSets(mark, index, sent) {
    const side = (name, fill) => ({
      key: name + index,
      type: "line",
      data: mark.x.map((x, i) => ({ x, y: clamped(mark[name][i], sent.y) })),
      borderWidth: 0,
      pointRadius: 0,
      fill,
      backgroundColor: alpha(token(mark.color), 0.2),
      isSilent: true,
      order: 2,
    });
    return [side("low", false), side("high", "-1")];
  }

  function boxSet(mark, index, selection) {
    return {
      key: "boxes-" + index,
      type: "scatter",
      radius: 0,
      hoverRadius: 0,
      data: mark.x0.map((x0, i) => ({
        x: (x0 + mark.x1[i]) / 2,
        y: (mark.y0[i] + mark.y1[i]) / 2,
        box: [x0, mark.x1[i], mark.y0[i], mark.y1[i]],
        color: alpha(
          token(mark.colors[i]),
          (mark.pale?.[i] ? 0.4 : 1) * (mark.n && selection && !selection.has(mark.n[i]) ? PALE : 1),
        ),
        n: mark.n?.[i],
        title: mark.words[i],
        words: [],
      })),
    };
  }

  function setsOf(mark, index, sent, selection) {
    switch (mark.kind) {
      case "trials":
        return trialSets(mark, sent, selection);
      case "dots":
        return [dotSet(mark, sent, selection)];
      case "line":
        return [lineSet(mark, index, sent, selection)];
      case "band":
        return bandSets(mark, index, sent);
      default:
        return [boxSet(mark, index, selection)];
    }
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
        if (raw.title && distance < least) {
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
        datasets: marks.flatMap((mark, index) => setsOf(mark, index, labelled, selection)),
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
            callbacks: { title: ([item]) => item.raw.title, label: (item) => item.raw.words },
          },
        },
        onClick: open,
      },
    };
  });
})();

// The marks of a picture's plots as sets of points: trials, dots, lines, bands and boxes.
(function () {
  "use strict";
  const { token, alpha, reading, short, data: page } = window.ParzenCharts;
  const PALE = 0.12;

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
    const colors = mark.tones.map((tone) => token(tone ? mark.ramp + "-" + tone : "chart-point"));
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

  window.ParzenCharts.panelMarks = { setsOf };
})();

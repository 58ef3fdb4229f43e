// The marks of a picture's plots as sets of points: trials, dots, lines, bands and boxes.
(function () {
  "use strict";
  const { token, alpha, parted, jitter, reading, short, data: page } = window.ParzenCharts;
  const PALE = 0.12;

  const isInOf = (selection) => (point) => !selection || selection.has(point.n);

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
    const points = { complete: [], pruned: [] };
    columns.n.forEach(function (n, i) {
      if (xs[i] !== null && ys[i] !== null && columns.state[i] in points) {
        const x = clamped(xs[i], sent.x) + (sent.x.kind === "category" ? jitter(n) : 0);
        const y = clamped(ys[i], sent.y) + (sent.y.kind === "category" ? jitter(n + 7) : 0);
        points[columns.state[i]].push({ x, y, n, i });
      }
    });
    const about = ({ n, i }) => ({
      title: "#" + n + "  " + columns.state[i],
      words: [
        sent.x.title + " " + wordsOf(sent.x, xs[i]),
        sent.y.title + " " + wordsOf(sent.y, ys[i]),
        ...(isOnTones ? [metric.title + " " + reading(columns.value[i], metric.is_percent)] : []),
      ],
    });
    const radius = columns.n.length > 500 ? 1.6 : 2.4;
    const [color, amber] = isOnTones
      ? [token("text"), token("text")]
      : [token("chart-1"), token("mark-caution")];
    const ring = {
      radius: radius + 0.8,
      borderWidth: 1,
      borderColor: color,
      backgroundColor: token("surface"),
    };
    const filled = { radius, borderWidth: 0, backgroundColor: alpha(color, 0.8) };
    const base = { type: "scatter", clip: 4, about };
    const complete = { key: "complete", data: points.complete, order: 6, ...(isOnTones ? ring : filled) };
    const pruned = { key: "pruned", data: points.pruned, order: 7, radius: radius * 0.8, borderWidth: 0 };
    const isIn = isInOf(selection);
    return [
      ...parted({ ...base, ...complete }, color, isIn),
      ...parted({ ...base, ...pruned, backgroundColor: alpha(amber, 0.5) }, amber, isIn),
    ];
  }

  // A set for each color: Chart.js draws points that look alike much faster.
  function dotSets(mark, selection) {
    const about = ({ n, i }) => ({ title: "#" + n, words: [mark.words[i]] });
    return [...new Set(mark.tones)].flatMap(function (tone) {
      const color = token(tone ? mark.ramp + "-" + tone : "chart-point");
      const data = mark.x
        .map((x, i) => ({ x, y: mark.y[i], n: mark.n[i], i }))
        .filter((point) => mark.tones[point.i] === tone);
      const look = {
        type: "scatter",
        radius: 2.2,
        borderWidth: 0,
        backgroundColor: alpha(color, 0.85),
        clip: 6,
      };
      return parted({ key: "dots-" + tone, data, about, order: 6, ...look }, color, isInOf(selection));
    });
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
      })),
      about: ({ x, y }) => ({
        title: mark.words,
        words: [(sent.x.title || "epoch") + " " + short(x, 3) + ": " + wordsOf(sent.y, y)],
      }),
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
        i,
      })),
      about: ({ i }) => ({ title: mark.words[i], words: [] }),
    };
  }

  function setsOf(mark, index, sent, selection) {
    switch (mark.kind) {
      case "trials":
        return trialSets(mark, sent, selection);
      case "dots":
        return dotSets(mark, selection);
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

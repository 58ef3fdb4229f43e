// Where the axes of the parallel coordinates stand, and a line per trial between them.
(function () {
  "use strict";
  const { token, alpha, seq, jitter, data: page } = window.ParzenCharts;
  const TOP = 44;
  const RAIL = 16; // above the bottom: lines of trials that do not use a param
  const LEAST = 84; // pixels between two axes
  const PALE = 0.1;
  const AT_ONCE = 8;
  const state = { order: null, flipped: new Set(), drag: null, lines: null };

  function share({ kind, low, high }, value) {
    const bend = kind === "log" ? Math.log : Number;
    return (bend(value) - bend(low)) / (bend(high) - bend(low) || 1);
  }

  function valueAt({ kind, low, high }, at) {
    const to = Math.min(1, Math.max(0, at));
    return kind === "log" ? low * (high / low) ** to : low + (high - low) * to;
  }

  // The axes in their order, those that are chosen, and as many as there is room for; the metric comes last.
  function axesOf(sent, width) {
    const known = new Map(sent.axes.map((axis) => [axis.name, axis]));
    const names = sent.axes.map((axis) => axis.name);
    state.order = [...(state.order || []).filter((name) => known.has(name)), ...names].filter(
      (name, index, all) => all.indexOf(name) === index,
    );
    const boxes = [...document.querySelectorAll("[data-axis-shown]")];
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    const bounds = page.selection()?.bounds || {};
    const shown = state.order.filter((name) => !off.has(name));
    const room = Math.max(2, Math.floor(width / LEAST)) - 1;
    // The least telling without a filter go first.
    const dropped = names
      .filter((name) => shown.includes(name) && !bounds[name])
      .slice(room - shown.length || names.length);
    const kept = shown.length > room ? shown.filter((name) => !dropped.includes(name)) : shown;
    return [
      ...kept.map((name) => ({ ...known.get(name), key: "p:" + name })),
      { ...sent.metric, key: "value" },
    ];
  }

  function layout(canvas, sent) {
    const width = canvas.parentNode.clientWidth;
    const height = canvas.parentNode.clientHeight;
    const axes = axesOf(sent, width);
    const side = Math.min(60, width / axes.length / 2);
    const step = axes.length > 1 ? (width - 2 * side) / (axes.length - 1) : 0;
    const bottom = height - 2 * RAIL - 4;
    axes.forEach(function (axis, index) {
      axis.x = side + index * step;
      const hasGap = sent.columns[axis.key].includes(null);
      axis.rail = axis.when ? "not used" : hasGap && axis.key === "value" && "no value";
      axis.isFlipped = state.flipped.has(axis.name);
      axis.y = function (value) {
        const at = Math.min(1, Math.max(0, share(axis, value)));
        return axis.isFlipped ? TOP + at * (bottom - TOP) : bottom - at * (bottom - TOP);
      };
      axis.shareAt = (y) => (axis.isFlipped ? y - TOP : bottom - y) / (bottom - TOP);
    });
    return { width, height, axes, bottom, rail: height - RAIL, step };
  }

  // 1 is the best of those that have a value.
  function ranksOf({ columns, is_lower_better: isLower }) {
    const order = columns.value
      .map((value, index) => [value, index])
      .filter(([value]) => value !== null)
      .sort((a, b) => (isLower ? b[0] - a[0] : a[0] - b[0]));
    const ranks = new Array(columns.n.length).fill(null);
    order.forEach(([, index], place) => (ranks[index] = order.length > 1 ? place / (order.length - 1) : 1));
    return ranks;
  }

  function trace(ctx, { axes, rail, step }, columns, index, jitter) {
    axes.forEach(function (axis, place) {
      const value = columns[axis.key][index];
      const spread = axis.kind === "category" && value !== null ? jitter : 0;
      const y = value === null ? rail : axis.y(value + spread);
      if (place === 0) {
        ctx.moveTo(axis.x, y);
      } else {
        const half = step / 2;
        ctx.bezierCurveTo(axis.x - half, axes[place - 1].at, axis.x - half, y, axis.x, y);
      }
      axis.at = y;
    });
  }

  // A path of few lines at a time: the time for one grows faster than its length.
  function strokeAll(ctx, room, columns, indices, color, width) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    for (let first = 0; first < indices.length; first += AT_ONCE) {
      ctx.beginPath();
      const some = indices.slice(first, first + AT_ONCE);
      some.forEach((index) => trace(ctx, room, columns, index, jitter(columns.n[index])));
      ctx.stroke();
    }
  }

  // All lines, once; while somebody drags they are only copied.
  function paintLines(room, sent, ratio) {
    const paper = document.createElement("canvas");
    paper.width = room.width * ratio;
    paper.height = room.height * ratio;
    const ctx = paper.getContext("2d");
    ctx.scale(ratio, ratio);
    const { columns } = sent;
    const selection = page.selection();
    const ranks = ranksOf(sent);
    const all = columns.n.map((_, index) => index);
    const isOut = (index) => selection && !selection.has(columns.n[index]);
    const crowd = Math.min(1, 12 / Math.sqrt(all.length));
    strokeAll(ctx, room, columns, all.filter(isOut), alpha(token("chart-dim"), Math.max(PALE, crowd / 2)), 1);
    const chosen = all.filter((index) => !isOut(index));
    strokeAll(
      ctx,
      room,
      columns,
      chosen.filter((i) => ranks[i] === null),
      alpha(token("mark-bad"), 0.35),
      1,
    );
    const few = selection ? 1 : crowd;
    for (let tone = 0; tone < 7; tone += 1) {
      const part = chosen.filter((i) => ranks[i] !== null && Math.min(6, Math.floor(ranks[i] * 7)) === tone);
      strokeAll(ctx, room, columns, part, alpha(seq(tone / 6), Math.max(0.3, few)), tone > 4 ? 1.3 : 1);
    }
    const best = columns.n.indexOf(sent.best);
    if (best >= 0) {
      strokeAll(ctx, room, columns, [best], token("surface"), 5);
      strokeAll(ctx, room, columns, [best], token("chart-best"), 2.6);
    }
    return paper;
  }

  window.ParzenCharts.parallel = { TOP, state, layout, paintLines, valueAt };
})();

// Parallel coordinates: an axis per param, a line per trial. Dragging along an axis selects a range, a click on a category keeps
// it; the names above the axes are buttons, which drag and arrow keys move and Enter turns round.
(function () {
  "use strict";
  const { token, alpha, seq, data: page } = window.ParzenCharts;
  const TOP = 44;
  const RAIL = 16; // above the bottom: lines of trials that do not use a param
  const LEAST = 84; // pixels between two axes
  const REACH = 16;
  const PALE = 0.1;
  const state = { order: null, flipped: new Set(), drag: null, lines: null };

  const canvasOf = () => document.querySelector("canvas[data-parallel]");

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

  const jitterOf = (n) => (((n * 0.618034) % 1) - 0.5) * 0.3;

  function strokeAll(ctx, room, columns, indices, color, width) {
    ctx.beginPath();
    indices.forEach((index) => trace(ctx, room, columns, index, jitterOf(columns.n[index])));
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
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

  function words(ctx, text, x, y, color, align = "left") {
    ctx.textAlign = align;
    ctx.lineWidth = 3;
    ctx.lineJoin = "round";
    ctx.strokeStyle = token("surface");
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
  }

  function paintAxis(ctx, axis, room, index) {
    const isLast = index === room.axes.length - 1;
    ctx.strokeStyle = token("line-strong");
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(axis.x, TOP);
    ctx.lineTo(axis.x, room.bottom);
    ctx.stroke();
    ctx.font = "11px " + Chart.defaults.font.family;
    ctx.textBaseline = "middle";
    axis.ticks.forEach(([value, text]) =>
      words(
        ctx,
        text,
        axis.x + (isLast ? -5 : 5),
        axis.y(value),
        token("chart-axis"),
        isLast ? "right" : "left",
      ),
    );
    if (axis.when) {
      words(ctx, "not used", axis.x, room.rail + 9, token("text-faint"), "center");
    }
  }

  // The range of the filter, or the one that is being dragged.
  function paintRange(ctx, axis) {
    const { drag } = state;
    const bounds = page.selection()?.bounds?.[axis.name];
    const isDragged = drag?.axis === axis.name && drag.isOn;
    if (!isDragged && !bounds) {
      return;
    }
    const [from, to] = isDragged
      ? [drag.from, drag.to]
      : bounds.map((value, end) => axis.y(value ?? (end ? axis.high : axis.low)));
    ctx.fillStyle = alpha(token("chart-best"), 0.18);
    ctx.strokeStyle = token("chart-best");
    ctx.fillRect(axis.x - 8, Math.min(from, to), 16, Math.abs(to - from));
    ctx.strokeRect(axis.x - 8, Math.min(from, to), 16, Math.abs(to - from));
    if (isDragged) {
      rangeOf(axis, drag)
        .slice(1)
        .forEach(
          (text, end) =>
            text &&
            words(
              ctx,
              text,
              axis.x + 12,
              end === axis.isFlipped ? Math.max(from, to) : Math.min(from, to),
              token("chart-best"),
            ),
        );
    }
  }

  // [column, low, high] as the filter writes it; an end beyond the axis is open.
  function rangeOf(axis, { from, to }) {
    const [low, high] = [axis.shareAt(from), axis.shareAt(to)].sort((a, b) => a - b);
    const write = function (at, isHigh) {
      if (isHigh ? at >= 0.995 : at <= 0.005) {
        return "";
      }
      const value = valueAt(axis, at);
      const whole = axis.is_whole
        ? isHigh
          ? Math.floor(value)
          : Math.ceil(value)
        : Number(value.toPrecision(3));
      return axis.is_percent ? Number((100 * whole).toPrecision(4)) + "%" : String(whole);
    };
    return [axis.name, write(low, false), write(high, true)];
  }

  // The names are buttons, so that a keyboard reaches them.
  function placeNames(canvas, room) {
    const box = canvas.parentNode.querySelector(".parallel-names");
    const names = room.axes.map((axis) => axis.name);
    const old = new Map([...box.children].map((button) => [button.dataset.name, button]));
    room.axes.forEach(function (axis, index) {
      const button = old.get(axis.name) || box.appendChild(document.createElement("button"));
      old.delete(axis.name);
      button.type = "button";
      button.dataset.name = axis.name;
      const isMetric = index === room.axes.length - 1;
      button.textContent = axis.title + (axis.isFlipped ? " ↓" : "");
      button.title = axis.when || axis.title;
      const help = isMetric ? "Enter turns it round." : "Arrow keys move it, Enter turns it round.";
      button.setAttribute(
        "aria-label",
        axis.title + ", axis " + (index + 1) + " of " + names.length + ". " + help,
      );
      button.style.left = axis.x + "px";
      button.style.maxWidth = Math.max(60, room.step - 6) + "px";
      button.classList.toggle("is-last", isMetric);
    });
    old.forEach((button) => button.remove());
  }

  function paint(isFresh) {
    const canvas = canvasOf();
    const sent = canvas && page.of("explore");
    if (!sent || !canvas.parentNode.clientWidth) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const room = layout(canvas, sent);
    if (isFresh || !state.lines) {
      state.lines = paintLines(room, sent, ratio);
      placeNames(canvas, room);
      canvas.setAttribute("aria-label", sent.label);
    }
    canvas.width = room.width * ratio;
    canvas.height = room.height * ratio;
    const ctx = canvas.getContext("2d");
    ctx.drawImage(state.lines, 0, 0);
    ctx.scale(ratio, ratio);
    room.axes.forEach((axis, index) => paintAxis(ctx, axis, room, index));
    room.axes.forEach((axis) => paintRange(ctx, axis));
    state.room = room;
  }

  function at(event) {
    const box = canvasOf().getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  const axisAt = ({ x }) => state.room?.axes.find((axis) => Math.abs(axis.x - x) <= REACH);

  function onDown(event) {
    const name = event.target.closest?.(".parallel-names button")?.dataset.name;
    const place = event.target === canvasOf() ? at(event) : null;
    const axis = place && axisAt(place);
    if (event.button !== 0 || (!name && !axis)) {
      return;
    }
    state.drag = name
      ? { name, x: event.clientX, isOn: false }
      : { axis: axis.name, from: place.y, to: place.y, isOn: false };
    event.target.setPointerCapture(event.pointerId);
  }

  function onMove(event) {
    const { drag } = state;
    if (!drag) {
      return;
    }
    if (drag.name) {
      drag.isOn ||= Math.abs(event.clientX - drag.x) > 8;
      moveTo(drag, at(event).x);
      return;
    }
    drag.to = at(event).y;
    drag.isOn ||= Math.abs(drag.to - drag.from) > 6;
    const axis = state.room.axes.find(({ name }) => name === drag.axis);
    if (drag.isOn && axis.kind !== "category") {
      paint(false);
    }
  }

  // A name that is dragged takes the place that it is nearest to.
  function moveTo({ name, isOn }, x) {
    const { axes } = state.room;
    const names = axes.slice(0, -1).map((axis) => axis.name);
    if (!isOn || !names.includes(name)) {
      return;
    }
    const nearest = names.reduce(
      (best, _, i) => (Math.abs(axes[i].x - x) < Math.abs(axes[best].x - x) ? i : best),
      0,
    );
    move(name, names, nearest);
  }

  function move(name, shown, to) {
    const from = shown.indexOf(name);
    if (from === to || to < 0 || to >= shown.length) {
      return;
    }
    const neighbour = shown[to];
    state.order = state.order.filter((each) => each !== name);
    state.order.splice(state.order.indexOf(neighbour) + (to > from ? 1 : 0), 0, name);
    paint(true);
  }

  function turn(name) {
    state.flipped[state.flipped.has(name) ? "delete" : "add"](name);
    paint(true);
  }

  async function onUp(event) {
    const { drag } = state;
    if (!drag) {
      return;
    }
    const axis = state.room.axes.find(({ name }) => name === drag.axis);
    state.hasMoved = Boolean(drag.name && drag.isOn); // the click that follows turns nothing
    try {
      if (axis?.kind === "category") {
        const value = Math.round(valueAt(axis, axis.shareAt(at(event).y)));
        const tick = axis.ticks.find(([place]) => place === value);
        await (tick && window.ParzenSelection.choose(axis.name, tick[1]));
      } else if (axis && drag.isOn) {
        await window.ParzenSelection.selectRanges([rangeOf(axis, drag)]);
      }
    } finally {
      state.drag = null;
      paint(true);
    }
  }

  function onKey(event) {
    const name = event.target.closest?.(".parallel-names button")?.dataset.name;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!name || !step) {
      return;
    }
    event.preventDefault();
    const shown = state.room.axes.slice(0, -1).map((axis) => axis.name);
    move(name, shown, shown.indexOf(name) + step);
  }

  function onClick(event) {
    const name = event.target.closest?.(".parallel-names button")?.dataset.name;
    if (name && !state.hasMoved) {
      turn(name);
    }
    state.hasMoved = false;
  }

  document.addEventListener("DOMContentLoaded", function () {
    const canvas = canvasOf();
    if (!canvas) {
      return;
    }
    new ResizeObserver(() => paint(true)).observe(canvas.parentNode);
    const box = canvas.parentNode;
    box.addEventListener("pointerdown", onDown);
    box.addEventListener("pointermove", onMove);
    box.addEventListener("pointerup", onUp);
    box.addEventListener("pointercancel", () => (state.drag = null));
    box.addEventListener("click", onClick);
    box.addEventListener("keydown", onKey);
    document.addEventListener("change", (event) => event.target.matches("[data-axis-shown]") && paint(true));
  });
  document.addEventListener("chartsdrawn", () => paint(true));
  document.addEventListener("themechange", () => paint(true));
})();

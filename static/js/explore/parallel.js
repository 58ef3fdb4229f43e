// Parallel coordinates: an axis per param, a line per trial. All lines are painted once, and copied while somebody drags.
(function () {
  "use strict";
  const { token, alpha, write, plain, data: page, parallel } = window.ParzenCharts;
  const { TOP, state, layout, paintLines, valueAt } = parallel;

  const canvasOf = () => document.querySelector("canvas[data-parallel]");

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
      write(
        ctx,
        text,
        axis.x + (isLast ? -5 : 5),
        axis.y(value),
        token("chart-axis"),
        isLast ? "right" : "left",
      ),
    );
    if (axis.rail) {
      write(ctx, axis.rail, axis.x, room.rail + 9, token("text-faint"), "center");
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
    const color = token("chart-best");
    const [top, bottom] = [Math.min(from, to), Math.max(from, to)];
    ctx.fillStyle = alpha(color, 0.18);
    ctx.strokeStyle = color;
    ctx.fillRect(axis.x - 8, top, 16, bottom - top);
    ctx.strokeRect(axis.x - 8, top, 16, bottom - top);
    const [, low, high] = isDragged ? rangeOf(axis, drag) : [axis.name, "", ""];
    write(ctx, low, axis.x + 12, axis.isFlipped ? top : bottom, color);
    write(ctx, high, axis.x + 12, axis.isFlipped ? bottom : top, color);
  }

  // [column, low, high] as the filter writes it; an end beyond the axis is open.
  function rangeOf(axis, { from, to }) {
    const [low, high] = [axis.shareAt(from), axis.shareAt(to)].sort((a, b) => a - b);
    const end = function (at, isHigh) {
      if (isHigh ? at >= 0.995 : at <= 0.005) {
        return "";
      }
      const value = valueAt(axis, at);
      const whole = axis.is_whole ? (isHigh ? Math.floor(value) : Math.ceil(value)) : plain(value, 3);
      return axis.is_percent ? plain(100 * whole, 4) + "%" : String(whole);
    };
    return [axis.name, end(low, false), end(high, true)];
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

  function paintOn(canvas, room, lines, ratio) {
    Object.assign(canvas, { width: room.width * ratio, height: room.height * ratio });
    const ctx = canvas.getContext("2d");
    ctx.drawImage(lines, 0, 0);
    ctx.scale(ratio, ratio);
    room.axes.forEach((axis, index) => paintAxis(ctx, axis, room, index));
    room.axes.forEach((axis) => paintRange(ctx, axis));
    return canvas;
  }

  // What is shown, once more on a canvas of its own.
  const copy = (ratio) =>
    paintOn(document.createElement("canvas"), state.room, paintLines(state.room, state.sent, ratio), ratio);

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
      Object.assign(state, { sent, selection: page.selection() });
      placeNames(canvas, room);
      canvas.setAttribute("aria-label", sent.label);
    }
    paintOn(canvas, room, state.lines, ratio);
    state.room = room;
  }

  // Other pictures come one by one; the lines are painted anew only if they are others.
  document.addEventListener("chartsdrawn", function () {
    const isNew = state.sent !== page.of("explore") || state.selection !== page.selection();
    paint(isNew);
  });
  document.addEventListener("themechange", () => paint(true));
  Object.assign(parallel, { paint, copy, canvasOf, rangeOf });
})();

// Dragging across a chart selects trials: along one axis, or a box of both. The answer of the server draws the range.
// chart.data.brush = { x, y }, each { name } of a column of the filter; isWhole; toFilter, toAxis where the axis
// counts something else.
(function () {
  "use strict";
  const { token, alpha, chartOf } = window.ParzenCharts;
  const LEAST = 8; // pixels; less is a click
  const EDGE = 3; // so near the edge a range is open
  const SHARE = 5; // a drag is along one axis if it is so many times longer than across
  let drag = null;

  function placeOf(canvas, event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  // Beside the plot, and in a strip below it, there is one axis only.
  function axesAt({ x, y }, chart) {
    const { left, bottom } = chart.scales.y;
    const isBelow = y > bottom;
    const isBeside = x < chart.chartArea.left && x >= left;
    return isBelow ? ["x"] : isBeside ? ["y"] : ["x", "y"];
  }

  function axesOf({ axes, from, to }) {
    const size = { x: Math.abs(to.x - from.x), y: Math.abs(to.y - from.y) };
    const isAlong = (axis) => size[axis] >= LEAST && size[axis] * SHARE >= size[axis === "x" ? "y" : "x"];
    return axes.filter((axis) => (axes.length === 1 ? size[axis] >= LEAST : isAlong(axis)));
  }

  // A value as exact as one pixel: 0.0832 rather than 0.08317364.
  function rounded(scale, pixel) {
    const value = scale.getValueForPixel(pixel);
    const step = Math.abs(scale.getValueForPixel(pixel + 1) - value) || 1;
    const power = Math.floor(Math.log10(step));
    return Number(Number((Math.round(value / 10 ** power) * 10 ** power).toPrecision(12)).toString());
  }

  function bound(column, scale, pixel, isHigh) {
    if (!column.isWhole && !column.toFilter) {
      return String(rounded(scale, pixel));
    }
    const whole = isHigh ? Math.floor : Math.ceil;
    const value = scale.getValueForPixel(pixel);
    if (column.isWhole) {
      return String(whole(value));
    }
    const seconds = column.toFilter(value, isHigh);
    const outward = isHigh ? Math.ceil : Math.floor;
    return seconds === null ? "" : (seconds < 60 ? outward(seconds * 10) / 10 : outward(seconds)) + " s";
  }

  // [column, low, high] as the filter writes it.
  function rangeOf(chart, axis, from, to) {
    const scale = chart.scales[axis];
    const column = chart.data.brush[axis];
    const [first, last] = axis === "x" ? [scale.left, scale.right] : [scale.bottom, scale.top];
    const ends = [from[axis], to[axis]].sort((a, b) => (axis === "x" ? a - b : b - a));
    const isOpen = ends.map((end, index) => (end - [first, last][index]) * (axis === "x" ? 1 : -1));
    const low = isOpen[0] <= EDGE ? "" : bound(column, scale, ends[0], false);
    const high = isOpen[1] >= -EDGE ? "" : bound(column, scale, ends[1], true);
    return [column.name, low, high];
  }

  const rangesOf = ({ chart, from, to }, axes) => axes.map((axis) => rangeOf(chart, axis, from, to));

  function onDown(event) {
    const canvas = event.target.closest?.("canvas.has-brush");
    const chart = canvas && chartOf(canvas);
    if (!chart?.data.brush || event.button !== 0 || drag) {
      return;
    }
    const from = placeOf(canvas, event);
    drag = { canvas, chart, from, to: from, axes: axesAt(from, chart), pointer: event.pointerId };
  }

  function onMove(event) {
    if (!drag || drag.isSent || event.pointerId !== drag.pointer) {
      return;
    }
    drag.to = placeOf(drag.canvas, event);
    if (axesOf(drag).length) {
      if (!drag.isOn) {
        drag.isOn = true;
        drag.canvas.setPointerCapture(event.pointerId);
        drag.chart.tooltip.setActiveElements([], { x: 0, y: 0 });
        drag.chart.setActiveElements([]);
      }
      drag.chart.draw();
    }
  }

  function cancel() {
    const { chart } = drag;
    drag = null;
    chart.draw();
  }

  async function onUp(event) {
    if (!drag || drag.isSent || event.pointerId !== drag.pointer) {
      return;
    }
    const axes = axesOf(drag);
    if (!drag.isOn || !axes.length) {
      cancel();
      return;
    }
    drag.isSent = true; // stays drawn until the answer is there
    try {
      await window.ParzenSelection.selectRanges(rangesOf(drag, axes));
    } finally {
      cancel();
    }
  }

  // The mouse that drags opens no trial and shows no tooltip.
  function hush(event) {
    if (drag?.isOn && event.target === drag.canvas) {
      event.stopImmediatePropagation();
    }
  }

  function onKey(event) {
    if (event.key === "Escape" && drag?.isOn) {
      event.preventDefault();
      cancel();
    }
  }

  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", () => drag && !drag.isSent && cancel());
  document.addEventListener("keydown", onKey, true);
  ["mousemove", "click"].forEach((name) => document.addEventListener(name, hush, true));

  // Where a range of the filter lies; the whole height or width where it is open.
  function ends(chart, axis, bounds) {
    const scale = chart.scales[axis];
    const { toAxis, isWhole } = chart.data.brush[axis];
    const edges = axis === "x" ? [scale.left, scale.right] : [scale.bottom, scale.top];
    return bounds.map(function (value, index) {
      if (value === null) {
        return edges[index];
      }
      const half = isWhole ? index - 0.5 : 0;
      const place = scale.getPixelForValue(toAxis ? toAxis(value, index === 1) : value + half);
      return Math.max(Math.min(...edges), Math.min(place, Math.max(...edges)));
    });
  }

  function shown(chart) {
    if (drag?.isOn && drag.chart === chart) {
      const axes = axesOf(drag);
      const words = rangesOf(drag, axes).map(([name, low, high]) => name + " " + (low || "…") + " to " + (high || "…"));
      return { pairs: axes.map((axis) => [axis, [drag.from[axis], drag.to[axis]]]), words: words.join(", ") };
    }
    const bounds = window.ParzenCharts.data.selection()?.bounds || {};
    const pairs = ["x", "y"]
      .filter((axis) => bounds[chart.data.brush[axis].name])
      .map((axis) => [axis, ends(chart, axis, bounds[chart.data.brush[axis].name])]);
    return { pairs, words: "" };
  }

  function write(ctx, words, x, y, align) {
    ctx.font = "600 11.5px " + Chart.defaults.font.family;
    ctx.textAlign = align;
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.strokeStyle = token("surface");
    ctx.strokeText(words, x, y);
    ctx.fillStyle = token("chart-best");
    ctx.fillText(words, x, y);
  }

  Chart.register({
    id: "brush",
    afterDraw(chart) {
      const { pairs, words } = chart.data.brush ? shown(chart) : { pairs: [] };
      if (!pairs.length) {
        return;
      }
      const { ctx, chartArea, scales } = chart;
      const { x, y } = Object.fromEntries(pairs);
      const [left, right] = (x || [chartArea.left, chartArea.right]).toSorted((a, b) => a - b);
      const [top, bottom] = (y || [chartArea.top, chartArea.bottom]).toSorted((a, b) => a - b);
      const color = token("chart-best");
      ctx.save();
      ctx.fillStyle = alpha(color, 0.09);
      ctx.strokeStyle = alpha(color, 0.7);
      ctx.fillRect(left, top, right - left, bottom - top);
      ctx.strokeRect(left, top, right - left, bottom - top);
      const isLeft = left < (scales.x.left + scales.x.right) / 2;
      write(ctx, words, isLeft ? left + 5 : right - 5, top + 14, isLeft ? "left" : "right");
      ctx.restore();
    },
  });
})();

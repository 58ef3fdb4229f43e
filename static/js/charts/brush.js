// Dragging across a chart selects trials: along one axis, or a box of both. The answer of the server draws the range.
(function () {
  "use strict";
  const { token, alpha, write, chartOf, data } = window.ParzenCharts;
  const { axesAt, axesOf, rangesOf, ends } = window.ParzenCharts.ranges;
  let drag = null;

  function placeOf(canvas, event) {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

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
    if (!drag || drag.isOver || event.pointerId !== drag.pointer) {
      return;
    }
    drag.to = placeOf(drag.canvas, event);
    if (!drag.isOn && axesOf(drag).length) {
      drag.isOn = true;
      drag.canvas.setPointerCapture(event.pointerId);
      drag.chart.tooltip.setActiveElements([], { x: 0, y: 0 });
      drag.chart.setActiveElements([]);
    }
    if (drag.isOn) {
      drag.chart.draw();
    }
  }

  // Its chart may be gone by now.
  function end() {
    const { chart } = drag;
    drag = null;
    if (chart.canvas) {
      chart.draw();
    }
  }

  async function onUp(event) {
    if (!drag || event.pointerId !== drag.pointer) {
      return;
    }
    const axes = drag.isOver ? [] : axesOf(drag);
    if (!drag.isOn || !axes.length) {
      setTimeout(end); // after the click that belongs to it
      return;
    }
    drag.isOver = true; // stays drawn until the answer is there
    drag.pointer = null;
    try {
      await window.ParzenSelection.selectRanges(rangesOf(drag, axes));
    } finally {
      end();
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
      drag.isOver = true;
      drag.to = drag.from;
      drag.chart.draw();
    }
  }

  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", (event) => drag?.pointer === event.pointerId && end());
  document.addEventListener("keydown", onKey, true);
  ["mousemove", "click"].forEach((name) => document.addEventListener(name, hush, true));

  function shown(chart) {
    if (drag?.isOn && drag.chart === chart) {
      const axes = axesOf(drag);
      const words = rangesOf(drag, axes).map(
        ([name, low, high]) => name + " " + (low || "…") + " to " + (high || "…"),
      );
      return { pairs: axes.map((axis) => [axis, [drag.from[axis], drag.to[axis]]]), words: words.join(", ") };
    }
    const bounds = data.selection()?.bounds || {};
    const pairs = ["x", "y"]
      .filter((axis) => bounds[chart.data.brush[axis]?.name])
      .map((axis) => [axis, ends(chart, axis, bounds[chart.data.brush[axis].name])]);
    return { pairs, words: "" };
  }

  // From the smaller to the larger one, inside these edges; all of it where there is no range.
  function within(range, low, high) {
    return (range || [low, high]).map((end) => Math.min(high, Math.max(low, end))).sort((a, b) => a - b);
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
      const [left, right] = within(x, chartArea.left, chartArea.right);
      const [top, bottom] = within(y, chartArea.top, chartArea.bottom);
      const color = token("chart-best");
      ctx.save();
      ctx.fillStyle = alpha(color, 0.09);
      ctx.strokeStyle = alpha(color, 0.7);
      ctx.fillRect(left, top, right - left, bottom - top);
      ctx.strokeRect(left, top, right - left, bottom - top);
      const isLeft = left < (scales.x.left + scales.x.right) / 2;
      ctx.font = "600 11.5px " + Chart.defaults.font.family;
      write(ctx, words, isLeft ? left + 5 : right - 5, top + 14, color, isLeft ? "left" : "right");
      ctx.restore();
    },
  });
})();

// Dragging along an axis of the parallel coordinates selects a range, a click on a category keeps it; the names
// above are buttons, which a drag and the arrow keys move and Enter turns round.
(function () {
  "use strict";
  const { paint, state, canvasOf, valueAt, rangeOf } = window.ParzenCharts.parallel;
  const REACH = 16;

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
})();

// From pixels of a chart to ranges of a filter, and back.
// chart.data.brush = { x, y }, each { name } of a column of the filter; isWhole, isPercent; toFilter, toAxis where the axis
// counts something else.
(function () {
  "use strict";
  const { plain } = window.ParzenCharts;
  const LEAST = 8; // pixels; less is a click
  const EDGE = 3; // so near the edge a range is open
  const SHARE = 5; // a drag is along one axis if it is so many times longer than across

  // Beside the plot, and in a strip below it, there is one axis only; some select nothing.
  function axesAt({ x, y }, chart) {
    const { left, bottom } = chart.scales.y;
    const isBelow = y > bottom;
    const isBeside = x < chart.chartArea.left && x >= left;
    const near = isBelow ? ["x"] : isBeside ? ["y"] : ["x", "y"];
    return near.filter((axis) => chart.data.brush[axis]);
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
    const power = 10 ** Math.floor(Math.log10(step));
    return plain(Math.round(value / power) * power);
  }

  function bound(column, scale, pixel, isHigh) {
    if (!column.isWhole && !column.toFilter) {
      const value = rounded(scale, pixel);
      return column.isPercent ? plain(100 * value) + "%" : String(value);
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

  window.ParzenCharts.ranges = { axesAt, axesOf, rangesOf, ends };
})();

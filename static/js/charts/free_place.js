// Finds the place for a text beside its point that covers the fewest marks, lines and other texts.
(function () {
  "use strict";
  const HALF = 8; // of a text's height, in pixels
  const ROWS = [14, 28, 44, 62, 82, 104, 128];
  const NEAR = 20; // farther away a text needs a leader to its point
  const COST = { mark: 12, text: 40, line: 6 };

  function isOver(box, other) {
    const isBeside = box.right <= other.left || other.right <= box.left;
    return !isBeside && box.top < other.bottom && other.top < box.bottom;
  }

  // The boxes of marks, and of the pieces between the corners of stepped lines.
  function obstacles(chart) {
    const marks = [];
    const lines = [];
    chart.getSortedVisibleDatasetMetas().forEach(function (meta) {
      meta.data.forEach(function (element, index) {
        const { x, y } = element;
        if (meta.type === "scatter") {
          const size = (element.options?.radius ?? 3) + 1;
          marks.push({ left: x - size, right: x + size, top: y - size, bottom: y + size });
        } else if (index) {
          const before = meta.data[index - 1];
          lines.push({ left: before.x, right: x, top: before.y - 1, bottom: before.y + 1 });
          lines.push({
            left: x - 1,
            right: x + 1,
            top: Math.min(before.y, y),
            bottom: Math.max(before.y, y),
          });
        }
      });
    });
    return { marks, lines };
  }

  function candidates(x, y, width, area) {
    const lefts = { left: x + 10, right: x - 10 - width, center: x - width / 2 };
    return ROWS.flatMap((row) =>
      [-row, row].flatMap((dy) =>
        Object.values(lefts).map(function (left) {
          const inside = Math.max(area.left + 2, Math.min(left, area.right - width));
          return { left: inside, right: inside + width, top: y + dy - HALF, bottom: y + dy + HALF, dy };
        }),
      ),
    ).filter((box) => box.top >= area.top - 22 && box.bottom <= area.bottom - 2);
  }

  function cost(box, x, found, texts) {
    const count = (others) => others.filter((other) => isOver(box, other)).length;
    const away = Math.abs(box.dy) + Math.abs((box.left + box.right) / 2 - x) / 8;
    const covered =
      COST.mark * count(found.marks) + COST.text * count(texts) + COST.line * count(found.lines);
    return covered + away / 20;
  }

  // `texts` are the boxes of what is written already; null where there is no room at all.
  function freePlace(chart, point, width, texts) {
    const { x, y } = point;
    const found = obstacles(chart);
    let best = null;
    candidates(x, y, width, chart.chartArea).forEach(function (box) {
      const price = cost(box, x, found, texts);
      if (!best || price < best.price) {
        best = { ...box, price, hasLeader: Math.abs(box.dy) > NEAR };
      }
    });
    return best;
  }

  window.ParzenCharts.freePlace = freePlace;
})();

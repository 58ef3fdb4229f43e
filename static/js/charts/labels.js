// Words, lines and rings written into the plot: the direct labels that replace a legend.
(function () {
  "use strict";
  const { write, freePlace } = window.ParzenCharts;

  function drawLine(context, item, x, y, area) {
    context.strokeStyle = item.color;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    if (item.line === "h") {
      context.moveTo(area.left, y);
      context.lineTo(area.right, y);
    } else {
      context.moveTo(x, area.top);
      context.lineTo(x, area.bottom);
    }
    context.stroke();
  }

  // What keeps free texts off a horizontal line.
  function lineBoxes(item, y, area) {
    return item.line === "h" ? [{ left: area.left, right: area.right, top: y - 1, bottom: y + 1 }] : [];
  }

  function drawRing(context, item, x, y) {
    context.strokeStyle = item.color;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.stroke();
  }

  // A text that would leave the plot goes to the other side of its point.
  function place(context, item, x, y, area) {
    const width = context.measureText(item.text).width;
    let dx = item.dx || 0;
    let dy = item.dy || 0;
    let align = item.align || "left";
    const isTooFar = item.isInside && align === "left" && x + dx + width > area.right;
    if (isTooFar && x - dx - width < 0) {
      // Too wide for either side of a narrow screen.
      dx = Math.max(0, area.right - width) - x;
    } else if (isTooFar) {
      dx = -dx;
      dy = item.dyBack ?? dy;
      align = "right";
    }
    if (item.isInside && (y + dy > area.bottom - 6 || y + dy < area.top - 20)) {
      dy = -dy;
    }
    return { x: x + dx, y: y + dy, align };
  }

  function drawLeader(context, item, x, y, box) {
    const isAbove = box.bottom < y;
    context.strokeStyle = item.color;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x, y + (isAbove ? -7 : 7));
    context.lineTo(Math.max(box.left, Math.min(x, box.right)), isAbove ? box.bottom : box.top);
    context.stroke();
  }

  // Where nothing is covered, or as little as can be.
  function freely(context, item, x, y, chart, texts) {
    const box = freePlace(chart, { x, y }, context.measureText(item.text).width, texts);
    if (!box) {
      return place(context, item, x, y, chart.chartArea);
    }
    if (box.hasLeader) {
      drawLeader(context, item, x, y, box);
    }
    return { x: box.left, y: (box.top + box.bottom) / 2, align: "left" };
  }

  function boxOf(context, text, at) {
    const width = context.measureText(text).width;
    const left = at.x - ({ center: width / 2, right: width }[at.align] ?? 0);
    return { left, right: left + width, top: at.y - 8, bottom: at.y + 8 };
  }

  function drawText(context, item, x, y, chart, texts) {
    context.font = (item.isBold ? "600 " : "") + "11.5px " + Chart.defaults.font.family;
    context.textBaseline = item.base || "middle";
    const at = item.isFree
      ? freely(context, item, x, y, chart, texts)
      : place(context, item, x, y, chart.chartArea);
    texts.push(boxOf(context, item.text, at));
    context.setLineDash([]);
    write(context, item.text, at.x, at.y, item.color, at.align);
  }

  // Pixels of a place given in values, as an edge, or as the middle; never outside the plot.
  function pixel(scale, value) {
    if (value === "start") {
      return Math.min(scale.getPixelForDecimal(0), scale.getPixelForDecimal(1));
    }
    if (value === "middle") {
      return scale.getPixelForDecimal(0.5);
    }
    return scale.getPixelForValue(Math.min(scale.max, Math.max(scale.min, value)));
  }

  // Words at the ends of lines are moved apart so that none covers another.
  function spread(items, ys) {
    const GAP = 14;
    const order = items.map((_, index) => index).filter((index) => items[index].isSpread);
    order.sort((a, b) => ys[a] - ys[b]);
    order.slice(1).forEach((index, before) => (ys[index] = Math.max(ys[index], ys[order[before]] + GAP)));
  }

  // data.words is a list of { x, y } in values, "start" (left, top) or "middle"; with text, line ("h" or
  // "v"), ring, color; dx, dy, align, isBold, isSpread, isInside (turns round at the edge), isFree (lies where
  // it covers as little as can be).
  Chart.register({
    id: "labels",
    afterDatasetsDraw(chart) {
      const items = chart.data.words || [];
      const xs = items.map((item) => pixel(chart.scales.x, item.x));
      const ys = items.map((item) => pixel(chart.scales.y, item.y));
      const texts = [];
      spread(items, ys);
      items.forEach(function (item, index) {
        const context = chart.ctx;
        context.save();
        if (item.line) {
          drawLine(context, item, xs[index], ys[index], chart.chartArea);
          texts.push(...lineBoxes(item, ys[index], chart.chartArea));
        }
        if (item.ring) {
          drawRing(context, item, xs[index], ys[index]);
        }
        if (item.text) {
          drawText(context, item, xs[index], ys[index], chart, texts);
        }
        context.restore();
      });
    },
  });
})();

// The curves of many trials by epoch: color by final rank, the best on top, pruned ones dashed.
(function () {
  "use strict";
  const { register, token, alpha, seq, axis, metricAxis, noGrid, nothing, reading, withRoom } =
    window.ParzenCharts;
  const PALE = 0.16;

  function curveSet(curve, isBest, isOut, order) {
    const isPruned = curve.state === "pruned";
    const isShort = curve.points.length === 1;
    const last = curve.points.length - 1;
    return {
      key: curve.n,
      label: "#" + curve.n,
      type: "line",
      curve,
      data: curve.points.map(([x, y]) => ({ x, y })),
      borderColor: colorOf(curve, isBest, isOut),
      borderWidth: curve.color ? 2 : isBest ? 2.6 : 1.1,
      borderDash: isPruned ? [3, 2] : [],
      pointStyle: isPruned ? "triangle" : "circle",
      pointRotation: isPruned ? 180 : 0,
      pointRadius: (context) => (context.dataIndex === last && (isPruned || isShort) ? 3 : 0),
      pointBorderColor: alpha(token(isPruned ? "mark-caution" : "chart-point"), isOut ? PALE : 1),
      pointBackgroundColor: "transparent",
      cubicInterpolationMode: "monotone",
      clip: 6,
      order,
    };
  }

  function colorOf(curve, isBest, isOut) {
    if (isOut) {
      return alpha(token("chart-dim"), 4 * PALE);
    }
    if (curve.color) {
      return token(curve.color);
    }
    return isBest ? token("chart-best") : alpha(seq(curve.rank), curve.state === "pruned" ? 0.55 : 0.85);
  }

  // With a filter its curves are in front, by their rank among themselves, and the others are pale.
  function curvesOf(data, selection) {
    const chosen = selection?.epochs?.curves || data.curves;
    const numbers = new Set(chosen.map((curve) => curve.n));
    const others = selection ? data.curves.filter((curve) => !numbers.has(curve.n)) : [];
    const worstFirst = (curves) =>
      curves.filter((curve) => curve.points.length).sort((a, b) => a.rank - b.rank);
    return { chosen: worstFirst(chosen), others: worstFirst(others) };
  }

  function range(data, selection, isLog) {
    const more = selection?.epochs?.curves.length ? selection.epochs : data;
    const low = Math.min(data.min ?? 0, more.min ?? 0);
    const high = Math.max(data.max ?? 1, more.max ?? 1);
    return withRoom(low, high, isLog);
  }

  function endOf(curve) {
    const [x, y] = curve.points.at(-1);
    return { x, y, isBold: true };
  }

  function words(curves, best, selection) {
    if (!curves.length) {
      return nothing(selection ? "No selected trial has completed an epoch" : "No epochs completed yet");
    }
    const own = curves.filter((curve) => curve.color);
    if (own.length) {
      return own.map((curve) => ({ ...endOf(curve), text: "#" + curve.n, color: token(curve.color), dx: 8 }));
    }
    const [x, y] = best ? best.points.at(-1) : [];
    return best ? [{ x, y, text: "#" + best.n, isBold: true, color: token("chart-best"), dx: 8 }] : [];
  }

  function scalesOf(data, selection, isUnknown) {
    const isLog = data.log && data.min > 0 && !(selection?.epochs?.min <= 0);
    return {
      x: axis("epoch", {
        type: "linear",
        min: 1,
        max: Math.max(2, data.max_step || 0),
        grid: noGrid,
        ticks: { precision: 0 },
      }),
      y: metricAxis({ isLog, isUnknown, isPercent: data.is_percent, ...range(data, selection, isLog) }),
    };
  }

  register("epochs", function (data, _canvas, selection) {
    const { chosen, others } = curvesOf(data, selection);
    const best = chosen.filter((curve) => curve.state === "complete").at(-1);
    const n = others.length + chosen.length;
    const sets = [
      ...others.map((curve, index) => curveSet(curve, false, true, n - index)),
      ...chosen.map((curve, index) => curveSet(curve, curve === best, false, chosen.length - index)),
    ];
    return {
      type: "line",
      data: {
        brush: { x: { name: "epoch", isWhole: true }, y: { name: data.metric, isPercent: data.is_percent } },
        datasets: sets,
        words: words(chosen, best, selection),
      },
      options: {
        layout: { padding: { right: 40, top: 8 } },
        scales: scalesOf(data, selection, n === 0),
        plugins: {
          tooltip: {
            callbacks: {
              title: (items) => "#" + items[0].dataset.curve.n + "  " + items[0].dataset.curve.state,
              label: (item) => "epoch " + item.parsed.x + ": " + reading(item.parsed.y, data.is_percent),
            },
          },
        },
      },
    };
  });
})();

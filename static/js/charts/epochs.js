// The curves of many trials by epoch: color by final rank, the best on top, pruned ones dashed.
(function () {
  "use strict";
  const { register, token, alpha, seq, axis, metricAxis, noGrid, reading } = window.ParzenCharts;

  function curveSet(curve, isBest, order) {
    const isPruned = curve.state === "pruned";
    const isShort = curve.points.length === 1;
    const last = curve.points.length - 1;
    return {
      key: curve.n,
      type: "line",
      curve,
      data: curve.points.map(([x, y]) => ({ x, y })),
      borderColor: curve.color
        ? token(curve.color)
        : isBest
          ? token("chart-best")
          : alpha(seq(curve.rank), isPruned ? 0.55 : 0.85),
      borderWidth: curve.color ? 2 : isBest ? 2.6 : 1.1,
      borderDash: isPruned ? [3, 2] : [],
      pointStyle: isPruned ? "triangle" : "circle",
      pointRotation: isPruned ? 180 : 0,
      pointRadius: (context) => (context.dataIndex === last && (isPruned || isShort) ? 3 : 0),
      pointBorderColor: isPruned ? token("mark-caution") : token("chart-point"),
      pointBackgroundColor: "transparent",
      cubicInterpolationMode: "monotone",
      clip: 6,
      order,
    };
  }

  function range(data, isLog) {
    const low = data.min ?? 0;
    const high = data.max ?? 1;
    if (isLog) {
      return { min: low * 0.95, max: high * 1.05 };
    }
    const room = (high - low) * 0.04 || Math.abs(low) * 0.1 || 0.1;
    return { min: low - room, max: high + room };
  }

  function endOf(curve) {
    const [x, y] = curve.points.at(-1);
    return { x, y, isBold: true };
  }

  function words(curves, best) {
    if (!curves.length) {
      const text = "No epochs completed yet";
      return [{ x: "middle", y: "middle", text, align: "center", color: token("chart-axis") }];
    }
    const own = curves.filter((curve) => curve.color);
    if (own.length) {
      return own.map((curve) => ({ ...endOf(curve), text: "#" + curve.n, color: token(curve.color), dx: 8 }));
    }
    const [x, y] = best ? best.points.at(-1) : [];
    return best ? [{ x, y, text: "#" + best.n, isBold: true, color: token("chart-best"), dx: 8 }] : [];
  }

  register("epochs", function (data) {
    const curves = data.curves.filter((curve) => curve.points.length).sort((a, b) => a.rank - b.rank);
    const best = curves.filter((curve) => curve.state === "complete").at(-1);
    const isLog = data.log && data.min > 0;
    const sets = curves.map((curve, index) => curveSet(curve, curve === best, curves.length - index));
    return {
      type: "line",
      data: { datasets: sets, words: words(curves, best) },
      options: {
        layout: { padding: { right: 40, top: 8 } },
        scales: {
          x: axis("epoch", {
            type: "linear",
            min: 1,
            max: Math.max(2, data.max_step || 0),
            grid: noGrid,
            ticks: { precision: 0 },
          }),
          y: metricAxis({
            isLog,
            isUnknown: curves.length === 0,
            isPercent: data.is_percent,
            ...range(data, isLog),
          }),
        },
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

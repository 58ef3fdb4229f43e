// The best values so far of several studies against what they had spent; of repeats the median and the middle half.
(function () {
  "use strict";
  const { register, token, alpha, axis, metricAxis, noGrid, nothing, reading } = window.ParzenCharts;
  const WIDE = 560; // pixels from which names have room beside the lines

  const base = { type: "line", stepped: "before", pointRadius: 0, clip: 6 };

  function sets(racer, name, clamp) {
    const color = token(racer.color);
    const points = racer.points[name];
    const place = (y) => points.map((point) => ({ x: point[0], y: clamp(point[y]), of: point }));
    const line = {
      ...base,
      label: racer.name,
      isNamed: true,
      data: place(1),
      borderColor: color,
      borderWidth: racer.is_thin ? 1.2 : 2,
      pointHitRadius: 8,
    };
    if (points[0]?.length !== 4) {
      return [line];
    }
    const edge = { ...base, borderWidth: 0, pointHitRadius: 0, isBand: true };
    const area = { ...edge, data: place(3), fill: "+1", backgroundColor: alpha(color, 0.16) };
    return [line, area, { ...edge, data: place(2) }];
  }

  function words(racers, name, clamp, isWide) {
    const drawn = racers.filter((racer) => racer.points[name].length);
    if (!drawn.length) {
      return nothing("No trial has completed yet");
    }
    return (isWide ? drawn : []).map(function (racer) {
      const [x, y] = racer.points[name].at(-1);
      return { x, y: clamp(y), isBold: true, isSpread: true, text: racer.name, color: token("text"), dx: 8 };
    });
  }

  function tooltip(data, title) {
    function label({ raw }) {
      const [x, y, low, high] = raw.of;
      const value = reading(y, data.is_percent);
      const half = low === undefined ? "" : ", half of the repeats from " + reading(low, data.is_percent);
      return value + (half && half + " to " + reading(high, data.is_percent)) + " after " + x + " " + title;
    }
    return {
      filter: ({ dataset }) => !dataset.isBand,
      callbacks: { title: ([item]) => item?.dataset.label, label },
    };
  }

  register("compare", function (data, canvas) {
    const { axis: name = "trials", scale, repeats } = canvas.dataset;
    const isLog = Boolean(data.log) && scale === "log";
    const [min, max] = isLog ? data.log : data.linear;
    const clamp = (y) => Math.min(max, Math.max(min, y));
    const racers = repeats === "each" ? data.racers.flatMap((racer) => racer.runs) : data.racers;
    const isBeyond = racers.some(({ points }) => points[name].some(([, y]) => y !== clamp(y)));
    const isWide = canvas.parentNode.clientWidth > WIDE;
    return {
      type: "line",
      note: [repeats !== "each" && data.bands, isBeyond && data.edges[Number(isLog)]]
        .filter(Boolean)
        .join(" "),
      data: {
        datasets: racers.flatMap((racer) => sets(racer, name, clamp)),
        words: words(racers, name, clamp, isWide),
      },
      options: {
        layout: { padding: { right: isWide ? 120 : 8, top: 8 } },
        scales: {
          x: axis(data.axes[name].title, {
            type: "linear",
            min: 0,
            max: data.axes[name].max,
            grid: noGrid,
            ticks: { includeBounds: false },
          }),
          y: metricAxis({ isLog, isUnknown: data.is_empty, isPercent: data.is_percent, min, max }),
        },
        plugins: { tooltip: tooltip(data, data.axes[name].title) },
      },
    };
  });

  // The address says how the chart is shown; the click itself has drawn it anew.
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-chart-view]")) {
      event.preventDefault();
      const url = new URL(location.href);
      url.searchParams.set(event.submitter.name, event.submitter.value);
      history.replaceState(null, "", url);
    }
  });
})();

// Takes a chart away: as a PNG that is drawn anew, larger and with its title and legend, and from the server as SVG or
// CSV, which follow the filter and how the chart is shown.
(function () {
  "use strict";
  const { token, configOf, chartOf } = window.ParzenCharts;
  const RATIO = 2;
  const EDGE = 16;
  const HEAD = 48;
  const LEGEND = 44;
  const PARTS = "canvas, .small-plot-name, .parallel-names button";
  const wordsOf = (element) => element.textContent.trim();
  const isPale = (set) => String(set.key).endsWith("-out") || set.isBand || !set.data.length;

  // Of states; curves have their names at their ends.
  function legendOf({ data: { datasets } }) {
    const filter = ({ datasetIndex }) => !isPale(datasets[datasetIndex]);
    const labels = { usePointStyle: true, boxHeight: 7, filter };
    return {
      display: datasets.some((set) => set.state || set.isNamed),
      position: "bottom",
      align: "start",
      labels,
    };
  }

  function drawAnew(canvas, ctx, x, y) {
    if (canvas.matches("[data-parallel]")) {
      const copy = window.ParzenCharts.parallel.copy(RATIO);
      ctx.drawImage(copy, x, y, copy.width / RATIO, copy.height / RATIO);
      return;
    }
    const config = configOf(canvas);
    const { width, height } = chartOf(canvas);
    const legend = legendOf(config);
    const paper = Object.assign(document.createElement("canvas"), {
      width,
      height: height + (legend.display ? LEGEND : 0),
    });
    Object.assign(config.options, { responsive: false, devicePixelRatio: RATIO });
    config.options.plugins.legend = legend;
    const chart = new Chart(paper, config);
    ctx.drawImage(paper, x, y, chart.width, chart.height);
    chart.destroy();
  }

  // All canvases of a card in their places, with the titles above them, below the name of the study.
  function pictureOf(card) {
    const parts = [...card.querySelectorAll(PARTS)]
      .map((part) => ({ part, box: part.getBoundingClientRect() }))
      .filter(({ box }) => box.width);
    const [left, top] = ["left", "top"].map((side) => Math.min(...parts.map(({ box }) => box[side])));
    const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...parts.map(({ box }) => box[side])));
    const hasLegend = [...card.querySelectorAll("canvas[data-chart]")].some(
      (each) => legendOf(chartOf(each)).display,
    );
    const paper = document.createElement("canvas");
    paper.width = RATIO * (right - left + 2 * EDGE);
    paper.height = RATIO * (bottom - top + HEAD + EDGE + (hasLegend ? LEGEND : 0));
    const ctx = paper.getContext("2d");
    ctx.scale(RATIO, RATIO);
    ctx.fillStyle = token("surface");
    ctx.fillRect(0, 0, paper.width, paper.height);
    const write = function (text, size, x, y, width) {
      ctx.font = `600 ${size}px ${Chart.defaults.font.family}`;
      ctx.fillStyle = token("text");
      ctx.fillText(text, x, y, width);
    };
    write([document.querySelector("h1"), card.querySelector("h2")].map(wordsOf).join(": "), 14, EDGE, 26);
    parts.forEach(function ({ part, box }) {
      const [x, y] = [box.left - left + EDGE, box.top - top + HEAD];
      if (part.matches("canvas")) {
        drawAnew(part, ctx, x, y);
      } else {
        write(wordsOf(part), 12, x, y + box.height / 2 + 4, box.width);
      }
    });
    return paper;
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // The link names what is shown now.
  function address(link, canvas) {
    const url = new URL(link.href);
    const { axis, scale, pruned, metric, repeats } = canvas.dataset;
    const asked = Object.fromEntries(
      new FormData(canvas.closest(".card").querySelector("form[id^=ask-]") ?? undefined),
    );
    const q = window.ParzenSelection ? window.ParzenSelection.text() : url.searchParams.get("q");
    const shown = { q, axis, scale, pruned, metric, repeats, ...asked };
    Object.entries(shown).forEach(function ([name, value]) {
      url.searchParams[value ? "set" : "delete"](name, value);
    });
    link.href = url;
  }

  document.addEventListener("click", function (event) {
    const item = event.target.closest("[data-png], a[data-chart-file]");
    const canvas = item?.closest(".card").querySelector("canvas");
    if (!canvas) {
      return;
    }
    if (item.dataset.png) {
      pictureOf(item.closest(".card")).toBlob((blob) => save(blob, item.dataset.png));
    } else {
      address(item, canvas);
    }
    item.closest("details").open = false;
  });
})();

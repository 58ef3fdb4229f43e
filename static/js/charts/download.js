// Takes a chart away: as a PNG that is drawn anew, larger and with its title and legend, and from the server as SVG or CSV,
// which follow the filter and how the chart is shown.
(function () {
  "use strict";
  const { token, configOf, chartOf } = window.ParzenCharts;
  const RATIO = 2;
  const ROOM = 110; // pixels for title and legend
  const EDGE = 16;
  const HEAD = 44;

  // Of states; curves have their names at their ends.
  function legend(datasets) {
    return {
      display: datasets.some((set) => set.state || set.isNamed),
      position: "bottom",
      align: "start",
      labels: {
        usePointStyle: true,
        boxHeight: 7,
        filter: ({ datasetIndex }) => !isPale(datasets[datasetIndex]),
      },
    };
  }

  const isPale = (set) => String(set.key).endsWith("-out") || set.isBand || !set.data.length;

  function picture(canvas) {
    const shown = chartOf(canvas);
    const config = configOf(canvas);
    const paper = document.createElement("canvas");
    paper.width = shown.width;
    paper.height = shown.height + ROOM;
    const heads = [document.querySelector("h1"), canvas.closest(".card").querySelector("h2")];
    const text = heads.map((head) => head.textContent.trim()).join(": ");
    const color = token("text");
    const padding = {
      left: EDGE,
      top: EDGE,
      bottom: EDGE,
      right: EDGE + (config.options.layout?.padding?.right || 0),
    };
    Object.assign(config.options, { responsive: false, devicePixelRatio: RATIO, layout: { padding } });
    Object.assign(config.options.plugins, {
      title: {
        display: true,
        text,
        color,
        align: "start",
        padding: { bottom: 32 },
        font: { size: 14, weight: "600" },
      },
      legend: legend(config.data.datasets),
    });
    const background = {
      id: "background",
      beforeDraw({ ctx, width, height }) {
        ctx.fillStyle = token("surface");
        ctx.fillRect(0, 0, width, height);
      },
    };
    return { paper, chart: new Chart(paper, { ...config, plugins: [background] }) };
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // Canvases that stand as they are, in their places and with the titles above them, below the name of the study.
  function copyOf(card) {
    const body = card.querySelector(".card-body").getBoundingClientRect();
    const paper = document.createElement("canvas");
    paper.width = RATIO * (body.width + 2 * EDGE);
    paper.height = RATIO * (body.height + HEAD);
    const ctx = paper.getContext("2d");
    ctx.scale(RATIO, RATIO);
    ctx.fillStyle = token("surface");
    ctx.fillRect(0, 0, paper.width, paper.height);
    ctx.fillStyle = token("text");
    ctx.font = "600 14px " + Chart.defaults.font.family;
    ctx.fillText([document.querySelector("h1"), card.querySelector("h2")].map(wordsOf).join(": "), EDGE, 24);
    ctx.font = "600 12px " + Chart.defaults.font.family;
    card
      .querySelectorAll(".card-body canvas, .small-plot-name, .parallel-names button")
      .forEach(function (part) {
        const { left, top, width, height } = part.getBoundingClientRect();
        const [x, y] = [left - body.left + EDGE, top - body.top + HEAD];
        if (part.matches("canvas")) {
          ctx.drawImage(part, x, y, width, height);
        } else {
          ctx.fillText(wordsOf(part), x, y + height / 2 + 4, width);
        }
      });
    return paper;
  }

  const wordsOf = (element) => element.textContent.trim();

  function savePicture(button, canvas) {
    if (canvas.matches("[data-parallel], [data-source]")) {
      copyOf(canvas.closest(".card")).toBlob((blob) => save(blob, button.dataset.png));
      return;
    }
    const { paper, chart } = picture(canvas);
    paper.toBlob(function (blob) {
      chart.destroy();
      save(blob, button.dataset.png);
    });
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
      savePicture(item, canvas);
    } else {
      address(item, canvas);
    }
    item.closest("details").open = false;
  });
})();

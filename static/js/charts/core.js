// The charts of a page. Each <canvas data-chart="name"> is drawn by the builder of that name from the entry
// of that name in <script type="application/json" id="chart-data">. When htmx brings new data the charts
// that stand are updated in place, so what a reader points at stays.
(function () {
  "use strict";
  const { data } = window.ParzenCharts;
  const builders = new Map();
  const charts = new Map(); // canvas -> Chart
  const drawnFrom = new WeakMap(); // canvas -> what it was drawn from
  const VIEWS = ["axis", "metric", "scale", "pruned", "repeats"];
  let isScheduled = false;
  let waiting = []; // canvases out of sight, which are drawn one after the other

  function register(name, build) {
    builders.set(name, build);
  }

  // A dataset keeps its identity by key (else by place), because Chart.js ties what is hovered to it.
  function mergeDatasets(current, fresh) {
    const known = new Map(current.map((dataset, index) => [dataset.key ?? index, dataset]));
    return fresh.map(function (dataset, index) {
      const old = known.get(dataset.key ?? index);
      if (!old || old.type !== dataset.type) {
        return dataset;
      }
      Object.keys(old)
        .filter((name) => !(name in dataset))
        .forEach((name) => delete old[name]);
      return Object.assign(old, dataset);
    });
  }

  // Axes that share a side stand in the order in which they came, so a chart with others is made anew.
  const axesOf = (config) => Object.keys(config.options.scales ?? {}).join();

  function update(chart, config) {
    chart.data.datasets = mergeDatasets(chart.data.datasets, config.data.datasets);
    chart.data.words = config.data.words;
    chart.data.brush = config.data.brush;
    chart.options = config.options;
    chart.update("none");
  }

  function sentence(canvas) {
    return canvas.parentNode.querySelector(".chart-failed");
  }

  function showFailure(canvas, error) {
    console.error(error);
    canvas.hidden = true;
    if (!sentence(canvas)) {
      const words = document.createElement("p");
      words.className = "chart-failed";
      words.textContent = "This chart could not be drawn. Reload the page to try again.";
      canvas.after(words);
    }
  }

  // A line of text below the chart: <span data-chart-note="name">.
  function writeNote(name, config, canvas) {
    const isNew = canvas.classList.contains("has-brush") && !data.selection();
    const notes = [config.note, isNew && "drag across the chart to select trials"];
    document.querySelectorAll('[data-chart-note="' + name + '"]').forEach(function (element) {
      element.textContent = notes.filter(Boolean).join("; ");
    });
  }

  function configOf(canvas) {
    const name = canvas.dataset.chart;
    if (!builders.has(name) || !dataOf(canvas)) {
      throw new Error("no builder or no data for the chart " + name);
    }
    return builders.get(name)(dataOf(canvas), canvas, data.selection());
  }

  // A chart has the data of its own name, or those that it names.
  const dataOf = (canvas) => data.of(canvas.dataset.source || canvas.dataset.chart);

  function labelOf(canvas) {
    const text = data.selection()?.text;
    const label = dataOf(canvas).panels?.[canvas.dataset.panel]?.label ?? dataOf(canvas).label ?? "";
    return label + (text ? ". Trials that the filter leaves out are pale: " + text : "");
  }

  function drawOne(canvas) {
    const name = canvas.dataset.chart;
    try {
      const config = configOf(canvas);
      canvas.hidden = false;
      sentence(canvas)?.remove();
      canvas.setAttribute("aria-label", labelOf(canvas));
      canvas.classList.toggle("has-brush", Boolean(config.data.brush && window.ParzenSelection));
      writeNote(name, config, canvas);
      drawnFrom.set(canvas, sourcesOf(canvas));
      const chart = charts.get(canvas);
      if (chart?.axisNames === axesOf(config)) {
        update(chart, config);
      } else {
        chart?.destroy();
        charts.set(canvas, Object.assign(new Chart(canvas, config), { axisNames: axesOf(config) }));
      }
    } catch (error) {
      charts.get(canvas)?.destroy();
      charts.delete(canvas);
      showFailure(canvas, error);
    }
  }

  function forgetRemoved() {
    charts.forEach(function (chart, canvas) {
      if (!canvas.isConnected) {
        chart.destroy();
        charts.delete(canvas);
      }
    });
  }

  function canvases() {
    return [...document.querySelectorAll("canvas[data-chart]")];
  }

  const sourcesOf = (canvas) => [dataOf(canvas), data.of("explore"), data.selection()];

  function isStale(canvas) {
    const before = drawnFrom.get(canvas);
    return !charts.has(canvas) || sourcesOf(canvas).some((source, index) => source !== before[index]);
  }

  function isInSight(canvas) {
    const { top, bottom } = canvas.getBoundingClientRect();
    return bottom > -100 && top < window.innerHeight + 100;
  }

  function drawWaiting() {
    const canvas = waiting.shift();
    if (canvas?.isConnected) {
      drawOne(canvas);
    }
    if (waiting.length) {
      setTimeout(drawWaiting);
    }
  }

  // Draws the charts of the page whose data or selection changed, or all: those in sight at once, the others when there is time.
  function draw(isForced) {
    forgetRemoved();
    data.read();
    const due = canvases().filter((canvas) => isForced || isStale(canvas));
    if (!due.length) {
      return;
    }
    window.ParzenCharts.applyDefaults();
    due.filter(isInSight).forEach(drawOne);
    const isBusy = waiting.length > 0;
    waiting = [...new Set([...waiting, ...due])].filter((canvas) => !isInSight(canvas));
    if (waiting.length && !isBusy) {
      setTimeout(drawWaiting);
    }
    document.dispatchEvent(new CustomEvent("chartsdrawn"));
  }

  // One response swaps several regions; they are drawn once.
  function schedule() {
    if (isScheduled) {
      return;
    }
    isScheduled = true;
    queueMicrotask(function () {
      isScheduled = false;
      draw(false);
    });
  }

  // A segment of views: <button data-axis="wall"> or <button data-metric="loss"> sets the same attribute on
  // the canvas of its card; the builder reads it.
  function chooseView(event) {
    const button = event.target.closest(VIEWS.map((name) => "[data-" + name + "]").join(", "));
    const canvas = button && button.closest(".card")?.querySelector("canvas[data-chart]");
    if (!canvas) {
      return;
    }
    const name = VIEWS.find((each) => each in button.dataset);
    canvas.dataset[name] = button.dataset[name];
    button.parentNode.querySelectorAll("[data-" + name + "]").forEach(function (each) {
      each.setAttribute("aria-pressed", String(each === button));
    });
    drawOne(canvas);
  }

  const chartOf = (canvas) => charts.get(canvas);
  Object.assign(window.ParzenCharts, { register, draw, drawOne, configOf, chartOf });
  document.addEventListener("DOMContentLoaded", () => draw(true));
  document.addEventListener("themechange", () => draw(true));
  document.addEventListener("htmx:afterSettle", schedule);
  document.addEventListener("htmx:oobAfterSwap", schedule);
  document.addEventListener("click", chooseView);
})();

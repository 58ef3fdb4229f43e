// Where the trials of a study stand on the three axes of its progress: trial number, wall clock, and the
// training time that all trials finished so far have used together.
(function () {
  "use strict";

  // The values in view; `bad` is the edge on which failed trials sit.
  function rangeOf(data, isLog) {
    let low = isLog ? data.log_floor : Math.min(data.floor ?? 0, data.clip ?? 1);
    let high = isLog ? data.log_clip : Math.max(data.floor ?? 0, data.clip ?? 1);
    if (low === high) {
      const room = Math.abs(low) * 0.1 || 0.1;
      low -= room;
      high += room;
    }
    const isUnknown = data.line.length === 0;
    return { low, high, isUnknown, bad: data.is_higher_better ? low : high };
  }

  function niceStep(rough) {
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
  }

  function ticksUpTo(max, step) {
    const count = Math.floor(max / step + 1e-9);
    return Array.from({ length: count + 1 }, (_, index) => index * step);
  }

  // The whole budget while that leaves the trials readable, else about twice what there is.
  function lastTrial(data) {
    const count = data.n_trials;
    const wanted = Math.max(20, count * 4);
    return Math.max(count, data.max_trials ? Math.min(data.max_trials, wanted) : Math.ceil(count * 1.1), 5);
  }

  function byTrial(data) {
    const max = lastTrial(data);
    const hasStartup = data.n_startup > 0 && data.n_startup < max;
    return {
      title: "trial number",
      places: data.trials.map((trial) => ({ x: trial.n, trial })),
      line: data.line.map((point) => ({ x: point.n, value: point.value })),
      min: max * -0.0125,
      max,
      ticks: ticksUpTo(max, Math.max(1, niceStep(max / 8))),
      startup: hasStartup ? data.n_startup - 0.5 : null,
      spaces: data.spaces.map(({ n, words }) => ({ x: n - 0.5, words })),
      brush: { name: "trial", isWhole: true },
    };
  }

  function unitOf(seconds) {
    if (seconds > 3 * 3600) {
      return { size: 3600, name: "hours" };
    }
    return seconds > 180 ? { size: 60, name: "minutes" } : { size: 1, name: "seconds" };
  }

  function titleOf(name, unit) {
    if (name === "epochs") {
      return "epochs, all trials combined";
    }
    return unit.name + (name === "wall" ? " since start" : " of training, all trials combined");
  }

  // trial.training counts the seconds that all trainings together had taken when the trial ended.
  function byTime(data, name) {
    const seconds = data.trials
      .filter((trial) => trial[name] !== null && trial.state !== "running")
      .map((trial) => ({ x: trial[name], trial }))
      .sort((one, other) => one.x - other.x);
    const end = seconds.length ? seconds.at(-1).x : 0;
    const unit = name === "epochs" ? { size: 1 } : unitOf(end);
    const places = seconds.map((place) => ({ x: place.x / unit.size, trial: place.trial }));
    const max = Math.max(end / unit.size, 1) * 1.02;
    return {
      title: titleOf(name, unit),
      places,
      line: data[name + "_line"].map((point) => ({ x: point.x / unit.size, value: point.value })),
      min: max * -0.0125,
      max,
      ticks: ticksUpTo(max, niceStep(max / 8)),
      startup: null,
      spaces: [],
      brush: { name: "ended", ...byEnd(places, name, unit.size) },
    };
  }

  // A filter knows when a trial ended, in seconds since the start. All three axes have the order in which trials did.
  function byEnd(places, name, size) {
    if (name === "wall") {
      return { toFilter: (x) => x * size, toAxis: (seconds) => seconds / size };
    }
    function toFilter(x, isHigh) {
      const place = isHigh ? places.findLast((each) => each.x <= x) : places.find((each) => each.x >= x);
      return place ? place.trial.wall : isHigh ? 0 : null;
    }
    function toAxis(seconds, isHigh) {
      const isIn = ({ trial }) => (isHigh ? trial.wall <= seconds : trial.wall >= seconds);
      return (isHigh ? places.findLast(isIn) : places.find(isIn))?.x ?? places.at(isHigh ? 0 : -1)?.x ?? 0;
    }
    return { toFilter, toAxis };
  }

  function viewOf(data, name) {
    return name === "trial" ? byTrial(data) : byTime(data, name);
  }

  window.ParzenCharts.progress = { rangeOf, viewOf };
})();

// What all charts share: colors of the tokens, axes and words written into the plot.
(function () {
  "use strict";
  const shared = window.ParzenCharts;
  const { short, percent } = shared;
  const PALE = 0.16;
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  // light-dark() reads back as text from a custom property, but as a color from a real one.
  function token(name) {
    probe.style.color = "var(--" + name + ")";
    return getComputedStyle(probe).color;
  }

  function alpha(color, opacity) {
    return color.replace(/^rgb\(([^)]+)\)$/, "rgba($1, " + opacity + ")");
  }

  // A set, and once more, pale and below, the points that a filter leaves out.
  function parted(set, color, isIn) {
    const pale = alpha(color, PALE);
    const backgroundColor = set.backgroundColor === "transparent" ? "transparent" : pale;
    const out = set.data.filter((point) => !isIn(point));
    const below = {
      key: set.key + "-out",
      data: out,
      borderColor: pale,
      backgroundColor,
      order: set.order + 10,
    };
    return [{ ...set, data: set.data.filter(isIn) }, ...(out.length ? [{ ...set, ...below }] : [])];
  }

  // What stands in a plot that has nothing to show.
  const nothing = (text) => [{ x: "middle", y: "middle", text, align: "center", color: token("chart-axis") }];

  // Marks of one value stand beside each other, always in the same place.
  const jitter = (n) => (((n * 0.618034) % 1) - 0.5) * 0.4;

  // Words that are readable above lines.
  function write(ctx, text, x, y, color, align = "left") {
    ctx.textAlign = align;
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.strokeStyle = token("surface");
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
  }

  // 0 is the worst or first, 1 the best or last.
  function seq(rank) {
    return token("seq-" + (1 + Math.max(0, Math.min(6, Math.round(rank * 6)))));
  }

  function axis(title, extra) {
    const ticks = { padding: 6, maxRotation: 0, autoSkipPadding: 16, maxTicksLimit: 7, font: { size: 11 } };
    const options = {
      border: { display: false },
      grid: { color: token("chart-grid"), drawTicks: false },
      title: {
        display: Boolean(title),
        text: title,
        font: { size: 11.5 },
        color: token("chart-axis"),
        padding: 2,
      },
      ...extra,
    };
    return { ...options, ticks: { ...ticks, ...(extra && extra.ticks) } };
  }

  // The ticks of a log axis: 1, 2, 5 of each decade, or the decades alone once there are many.
  function logTicks(scale) {
    const decades = Math.log10(scale.max / scale.min);
    const steps = decades <= 2.5 ? [1, 2, 5] : [1];
    const every = Math.max(1, Math.ceil(decades / 6));
    const ticks = [];
    for (let power = Math.floor(Math.log10(scale.min)); power <= Math.log10(scale.max); power += 1) {
      steps
        .map((step) => Number((step * 10 ** power).toPrecision(1)))
        .filter((value) => value >= scale.min && value <= scale.max && power % every === 0)
        .forEach((value) => ticks.push({ value }));
    }
    // Less than one step of 1, 2, 5 in view: fall back to the ends.
    scale.ticks = ticks.length > 1 ? ticks : [{ value: scale.min }, { value: scale.max }];
  }

  // Ticks of one axis show the same number of decimals: 0.25, 0.30.
  function tickWords(value, _index, ticks) {
    const size = Math.max(...ticks.map((tick) => Math.abs(tick.value)));
    if (size < 1e-3 || size >= 1e6) {
      return short(value, 3);
    }
    const decimals = ticks.map(
      (tick) => (String(Number(tick.value.toPrecision(6))).split(".")[1] || "").length,
    );
    const digits = Math.min(6, Math.max(...decimals));
    return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  // The value axis of a metric, log where the server says so, without numbers while none is known.
  function metricAxis(options) {
    const { isLog, isPercent, isUnknown, min, max, stack } = options;
    const words = isLog ? (value) => short(value, 3) : tickWords;
    return axis("", {
      type: isLog ? "logarithmic" : "linear",
      stack,
      stackWeight: stack ? 5 : undefined,
      min,
      max,
      afterBuildTicks: isLog ? logTicks : undefined,
      ticks: {
        maxTicksLimit: 6,
        includeBounds: false,
        display: !isUnknown,
        callback: isPercent ? percent : words,
      },
    });
  }

  // The ends of an axis with a little room around the values.
  function withRoom(low, high, isLog) {
    if (isLog) {
      return { min: low * 0.95, max: high * 1.05 };
    }
    const room = (high - low) * 0.04 || Math.abs(low) * 0.1 || 0.1;
    return { min: low - room, max: high + room };
  }

  function applyDefaults() {
    const defaults = Chart.defaults;
    defaults.font.family = getComputedStyle(document.body).fontFamily;
    defaults.font.size = 11.5;
    defaults.color = token("chart-axis");
    defaults.borderColor = token("chart-grid");
    defaults.animation = false;
    defaults.maintainAspectRatio = false;
    defaults.plugins.legend.display = false;
    defaults.interaction.mode = "nearest";
    defaults.interaction.intersect = false;
    Object.assign(defaults.plugins.tooltip, {
      backgroundColor: token("surface-raised"),
      titleColor: token("text"),
      bodyColor: token("text-soft"),
      borderColor: token("line-strong"),
      borderWidth: 1,
      cornerRadius: 6,
      padding: 10,
      displayColors: false,
      titleFont: { weight: "600" },
    });
  }

  const noGrid = { display: false };
  Object.assign(shared, { token, alpha, seq, parted, nothing, jitter, write });
  Object.assign(shared, { axis, metricAxis, noGrid, withRoom, applyDefaults });
})();

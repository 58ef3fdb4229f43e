// Numbers in words, as optimizer/wording.py has them: a test gives both the same numbers.
(function () {
  "use strict";
  const NOTHING = "–";
  const SMALLEST_PLAIN = 1e-3;
  const LARGEST_PLAIN = 1e9;

  function fixed(value, least, most) {
    const words = value.toLocaleString("en-US", {
      minimumFractionDigits: least,
      maximumFractionDigits: most ?? least,
    });
    return /[1-9]/.test(words) ? words : words.replace("-", "");
  }

  function exponential(value, digits) {
    return value
      .toExponential(digits - 1)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  }

  function isTinyOrHuge(value) {
    return value !== 0 && (Math.abs(value) < SMALLEST_PLAIN || Math.abs(value) >= LARGEST_PLAIN);
  }

  // At most so many significant digits, no zeros at the end, and every whole digit: 0.0873, 12.4, 2,015, 2.1e-4.
  function short(value, digits) {
    if (!Number.isFinite(value)) {
      return NOTHING;
    }
    if (isTinyOrHuge(value)) {
      return exponential(value, digits - 1);
    }
    const isWhole = Number.isInteger(value) || Math.abs(value) >= 10 ** digits;
    return isWhole ? fixed(value, 0) : fixed(Number(value.toPrecision(digits)), 0, 8);
  }

  // Four significant digits, and as many decimals as a neighbour of the same size: 0.0800.
  function metric(value) {
    if (!Number.isFinite(value)) {
      return NOTHING;
    }
    if (value === 0) {
      return "0";
    }
    if (isTinyOrHuge(value)) {
      return exponential(value, 4);
    }
    const rounded = Number(value.toPrecision(4));
    const whole = Math.abs(rounded) >= 1 ? String(Math.trunc(Math.abs(rounded))).length : 0;
    return fixed(rounded, Math.max(0, 4 - whole), 8);
  }

  // A share of one: 97.6%, and 1.1e-11% rather than nothing.
  function percent(share) {
    if (!Number.isFinite(share)) {
      return NOTHING;
    }
    let words = fixed(share * 100, 2).replace(/0$/, "");
    if (share !== 0 && !/[1-9]/.test(words)) {
      words = exponential(share * 100, 2);
    } else if (Math.abs(share * 100) >= LARGEST_PLAIN) {
      words = exponential(share * 100, 4);
    }
    return words + "%";
  }

  // A value the way its metric is read.
  function reading(value, isPercent) {
    return isPercent ? percent(value) : metric(value);
  }

  // For the filter: without the noise of binary fractions, 0.3 rather than 0.30000000000000004.
  function plain(value, digits = 12) {
    return Number(value.toPrecision(digits));
  }

  Object.assign(window.ParzenCharts, { short, metric, percent, reading, plain });
})();

// Writes <time datetime="..." data-format="clock|day|relative"> in the reader's zone, also after htmx swaps.
(function () {
  "use strict";
  const MINUTE = 60;
  const HOUR = 3600;
  const REFRESH_MS = 20_000;

  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
  const dayAndYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

  function daysBetween(then, now) {
    const midnights = [then, now].map((at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()));
    return Math.round((midnights[1] - midnights[0]) / (24 * HOUR * 1000));
  }

  function dateWords(then, now) {
    return (then.getFullYear() === now.getFullYear() ? day : dayAndYear).format(then);
  }

  function clockWords(then, now) {
    const time = clock.format(then);
    return daysBetween(then, now) === 0 ? time : dateWords(then, now) + ", " + time;
  }

  function relativeWords(then, now) {
    const seconds = Math.round((now - then) / 1000);
    const days = daysBetween(then, now);
    if (seconds < 10) {
      return seconds < -MINUTE ? clockWords(then, now) : "just now";
    }
    if (seconds < MINUTE) {
      return Math.floor(seconds / 10) * 10 + " s ago";
    }
    if (seconds < HOUR) {
      return Math.floor(seconds / MINUTE) + " min ago";
    }
    if (days === 0 || seconds < 6 * HOUR) {
      return Math.floor(seconds / HOUR) + " h ago";
    }
    return days === 1 ? "Yesterday" : dateWords(then, now);
  }

  const formats = { clock: clockWords, day: dateWords, relative: relativeWords };

  function fill() {
    const now = new Date();
    document.querySelectorAll("time[datetime][data-format]").forEach(function (element) {
      const then = new Date(element.dateTime);
      const words = formats[element.dataset.format];
      if (!words || Number.isNaN(then.getTime())) {
        return;
      }
      const text = words(then, now);
      if (element.textContent !== text) {
        element.textContent = text;
        element.title = full.format(then);
      }
    });
  }

  function nameZone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    document.querySelectorAll("[data-time-zone]").forEach(function (element) {
      element.textContent = "Times are in your time zone, " + zone + ".";
    });
  }

  fill();
  nameZone();
  document.addEventListener("htmx:afterSwap", fill); // before anybody sees what the server wrote
  document.addEventListener("htmx:oobAfterSwap", fill);
  setInterval(fill, REFRESH_MS);
})();

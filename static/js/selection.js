// One selection for the whole page: the text of the filter. Brushes, legends and states edit it on the server, whose answer
// holds the new text, what follows it, and which trials it selects; the address follows, so Back and Reload work.
(function () {
  "use strict";
  const form = () => document.querySelector("form[data-filter]");
  const input = () => form()?.querySelector("[name=q]");
  let asked = 0;

  // Where the poll asks, so that the answer also has what is new: pairs of names and values come on top.
  function addressOf(text, pairs) {
    const poll = document.getElementById("poll");
    const url = new URL(poll.getAttribute("hx-get") || poll.dataset.live, location.href);
    url.searchParams.delete("page");
    url.searchParams.set("q", text);
    [["select", "1"], ...pairs].forEach(([name, value]) => url.searchParams.append(name, value));
    return url.pathname + url.search;
  }

  async function ask(text, pairs) {
    const mine = (asked += 1);
    const poll = document.getElementById("poll");
    window.htmx.trigger(poll, "htmx:abort"); // a poll with the former filter would undo this one
    try {
      await window.htmx.ajax("GET", addressOf(text, pairs), { source: poll, swap: "none" });
    } catch {
      return false; // a newer one took its place, or there is no connection, which the page says
    }
    return mine === asked;
  }

  function showError() {
    const field = input();
    if (field.dataset.position !== undefined) {
      field.focus();
      field.setSelectionRange(Number(field.dataset.position), field.value.length);
    }
  }

  // The address of what is shown; a filter with an error selects nothing, and is not worth going back to.
  function remember() {
    const field = input();
    if (field.getAttribute("aria-invalid")) {
      showError();
      return;
    }
    const url = new URL(location.href);
    url.searchParams.delete("page");
    url.searchParams.delete("q");
    if (field.value) {
      url.searchParams.set("q", field.value);
    }
    if (url.href !== location.href) {
      history.pushState(null, "", url);
      window.htmx.trigger(document.body, "selected");
    }
  }

  async function select(text, pairs = []) {
    if (await ask(text, pairs)) {
      remember();
    }
  }

  // ranges: [[column, low, high], ...] in the words of the filter, where "" is open.
  function selectRanges(ranges) {
    const pairs = ranges.flatMap(([name, low, high]) => [
      ["range", name],
      ["low", low],
      ["high", high],
    ]);
    return select(input().value, pairs);
  }

  const choose = (name, value) =>
    select(input().value, [
      ["choice", name],
      ["value", value],
    ]);

  function onSubmit(event) {
    if (!event.target.matches("form[data-filter], form[data-ranges]")) {
      return;
    }
    event.preventDefault();
    const sent = [...new FormData(event.target)].filter(([name]) => ["range", "low", "high"].includes(name));
    event.target.closest("details.menu")?.removeAttribute("open");
    select(input().value, sent);
  }

  function onClick(event) {
    const link = event.target.closest("a[data-select]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (link && isPlain && input()) {
      event.preventDefault();
      select(new URL(link.href).searchParams.get("q") || "");
    }
  }

  // Anywhere on the page, except where Escape has a use of its own: an open menu, a drag, another field.
  function onKey(event) {
    const field = input();
    const isElsewhere = event.target !== field && event.target.closest("input, textarea, select, dialog");
    if (event.key !== "Escape" || event.defaultPrevented || isElsewhere || !field) {
      return;
    }
    if (form().querySelector("[data-clear]")) {
      select("");
    } else {
      field.value = "";
    }
  }

  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  window.addEventListener("popstate", function () {
    const text = new URL(location.href).searchParams.get("q") || "";
    if (input() && text !== input().value) {
      ask(text, []).then(() => window.htmx.trigger(document.body, "selected"));
    }
  });
  document.addEventListener("DOMContentLoaded", () => input() && showError());
  window.ParzenSelection = { select, selectRanges, choose, text: () => input()?.value || "" };
})();

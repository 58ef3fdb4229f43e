// What the page says of its charts: each <script id="chart-data…"> by chart, and <script id="selection-data">,
// which trials a filter selects.
(function () {
  "use strict";
  let lastTexts = new Map(); // by the id of their script
  let lastSelection = "";
  let current = {}; // what is drawn, by chart
  let selection = null; // null without a filter

  // Trials come in columns; the charts read them as rows.
  function rowsOf(columns) {
    const names = Object.keys(columns.params || {});
    return columns.n.map(function (n, index) {
      const row = { n };
      ["state", "value", "wall", "training", "epochs", "step", "kind"].forEach(function (name) {
        row[name] = columns[name][index];
      });
      row.params = names
        .filter((name) => columns.params[name][index] !== null)
        .map((name) => name + " " + columns.params[name][index]);
      return row;
    });
  }

  const byNumber = (rows) => [...rows.values()].sort((one, other) => one.n - other.n);

  // Trials that stay in columns: those of `fresh` come behind the others, or take their places.
  function mergeColumns(before, fresh) {
    const isNew = new Set(fresh.n);
    const kept = before.n.map((_, index) => index).filter((index) => !isNew.has(before.n[index]));
    return Object.fromEntries(
      Object.entries(fresh).map(([name, column]) => [
        name,
        [...kept.map((index) => before[name]?.[index] ?? null), ...column],
      ]),
    );
  }

  // An update holds only the trials that changed; the others stay as they are.
  function accept(fresh) {
    const next = { ...current, ...fresh };
    Object.entries(fresh).forEach(function ([name, data]) {
      if (data.columns && data.is_update && current[name]) {
        next[name] = { ...data, columns: mergeColumns(current[name].columns, data.columns) };
      }
      if (!data.trials || Array.isArray(data.trials)) {
        return;
      }
      const before = data.is_update ? current[name] : null;
      const rows = new Map((before?.trials || []).map((row) => [row.n, row]));
      rowsOf(data.trials).forEach((row) => rows.set(row.n, row));
      next[name] = { ...before, ...data, trials: byNumber(rows) };
    });
    current = next;
  }

  // One bit for each trial; trials that the charts have not got come along.
  function acceptSelection(sent) {
    if (!sent.text) {
      return null;
    }
    const bytes = Uint8Array.from(atob(sent.bits), (character) => character.charCodeAt(0));
    const has = (n) => (bytes[n >> 3] & (128 >> (n & 7))) > 0;
    return { ...sent, has, more: sent.best ? rowsOf(sent.best) : [] };
  }

  const textOf = (id) => document.getElementById(id)?.textContent || "";

  // Whether there is anything new.
  function read() {
    const scripts = [...document.querySelectorAll('script[id^="chart-data"]')];
    const fresh = scripts.filter((script) => script.textContent !== lastTexts.get(script.id));
    const selected = textOf("selection-data");
    const isNew = fresh.length > 0 || selected !== lastSelection;
    fresh.forEach((script) => accept(JSON.parse(script.textContent)));
    if (selected !== lastSelection) {
      selection = acceptSelection(JSON.parse(selected || "{}"));
    }
    lastTexts = new Map(scripts.map((script) => [script.id, script.textContent]));
    lastSelection = selected;
    return isNew;
  }

  // The trials of a chart, with those that it lacks.
  function trialsOf(data) {
    if (!selection?.more.length) {
      return data.trials;
    }
    return byNumber(new Map([...selection.more, ...data.trials].map((row) => [row.n, row])));
  }

  let whole = { from: null, selection: null, data: null }; // the trials in columns, with those that a filter brought

  function of(name) {
    const from = current[name];
    if (!from?.columns || !selection?.columns) {
      return from;
    }
    if (whole.from !== from || whole.selection !== selection) {
      whole = { from, selection, data: { ...from, columns: mergeColumns(selection.columns, from.columns) } };
    }
    return whole.data;
  }

  window.ParzenCharts = { data: { read, of, trialsOf, selection: () => selection } };
})();

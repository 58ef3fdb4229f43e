// What the page says of its charts: <script id="chart-data"> by chart, and <script id="selection-data">, which
// trials a filter selects.
(function () {
  "use strict";
  let lastText = "";
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

  // An update holds only the trials that changed; the others stay as they are.
  function accept(fresh) {
    const next = { ...fresh };
    Object.entries(fresh).forEach(function ([name, data]) {
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
    const text = textOf("chart-data");
    const selected = textOf("selection-data");
    const isNew = text !== lastText || selected !== lastSelection;
    if (text && text !== lastText) {
      accept(JSON.parse(text));
    }
    if (selected !== lastSelection) {
      selection = acceptSelection(JSON.parse(selected || "{}"));
    }
    lastText = text;
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

  window.ParzenCharts = { data: { read, of: (name) => current[name], trialsOf, selection: () => selection } };
})();

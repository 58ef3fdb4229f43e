// <input type="file" data-load-into="#id"> puts the text of a file into that field; the file itself is not sent.
// Of several Python files, or a zip of them, each follows a line with its name, and the model file comes first.
(function () {
  "use strict";
  const IS_MODEL = /^(?:def (?:build|objective)\b|(?:build|objective)\s*=)/m;
  const IS_NAME = /^[A-Za-z_]\w*$/;

  function withoutTop(files) {
    // a folder that holds all, and that no import could name, such as project-main
    const top = files[0].name.split("/")[0];
    const isAround = files.every((file) => file.name.startsWith(`${top}/`));
    const cut = isAround && !IS_NAME.test(top) ? top.length + 1 : 0;
    return files.map((file) => ({ name: file.name.slice(cut), text: file.text }));
  }

  function joined(files) {
    if (files.length === 1) {
      return files[0].text;
    }
    const depth = (file) => file.name.split("/").length;
    const ordered = withoutTop(files).sort(
      (a, b) => IS_MODEL.test(b.text) - IS_MODEL.test(a.text) || depth(a) - depth(b),
    );
    return ordered.map((file) => `# file: ${file.name}\n${file.text.trimEnd()}\n`).join("\n");
  }

  async function readFiles(chosen) {
    const found = await Promise.all(
      [...chosen].map(async (file) =>
        file.name.endsWith(".zip") ? window.readZip(file) : [{ name: file.name, text: await file.text() }],
      ),
    );
    return joined(found.flat());
  }

  document.addEventListener("change", async function (event) {
    const target = event.target.dataset.loadInto && document.querySelector(event.target.dataset.loadInto);
    if (!target || !event.target.files.length) {
      return;
    }
    const problem = document.querySelector(event.target.dataset.loadProblem);
    problem.textContent = "";
    try {
      target.value = await readFiles(event.target.files);
      target.dispatchEvent(new Event("change", { bubbles: true }));
      target.focus();
    } catch (error) {
      problem.textContent = error.message;
    }
    event.target.value = "";
  });
})();

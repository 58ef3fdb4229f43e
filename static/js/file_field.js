// <form data-uploads>: names a dataset after its file, says at once what is too large, and that it is on its way.
(function () {
  "use strict";
  const form = document.querySelector("form[data-uploads]");
  const file = form && form.elements.file;
  const label = form && form.elements.label;
  if (!file) {
    return;
  }
  const status = form.querySelector("[data-upload-status]");
  const maxBytes = Number(file.dataset.maxBytes);

  function nameOf(path) {
    const stem = path
      .replace(/(\.(csv|tsv|txt))?\.[^.]*$/i, "")
      .replace(/[_-]+/g, " ")
      .trim();
    return stem.charAt(0).toUpperCase() + stem.slice(1, 60);
  }

  file.addEventListener("change", function () {
    const chosen = file.files[0];
    const isTooLarge = chosen && chosen.size > maxBytes;
    const limit = Math.floor(maxBytes / 1e6).toLocaleString("en");
    const words = isTooLarge ? `This file is larger than the upload limit of ${limit} MB.` : "";
    file.setCustomValidity(words);
    status.textContent = words;
    if (chosen && label && !label.value) {
      label.value = nameOf(chosen.name);
    }
  });

  form.addEventListener("submit", function (event) {
    if (!file.checkValidity() && file.validationMessage && file.files.length) {
      event.preventDefault();
      file.focus();
      return;
    }
    if (file.files.length) {
      status.textContent = "Uploading. Keep this page open.";
    }
  });
})();

// <input type="file" data-load-into="#id"> puts the text of a file into that field; the file itself is not sent.
(function () {
  "use strict";
  document.addEventListener("change", async function (event) {
    const target = event.target.dataset.loadInto && document.querySelector(event.target.dataset.loadInto);
    const file = target && event.target.files[0];
    if (file) {
      target.value = await file.text();
      event.target.value = "";
      target.focus();
      target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
})();

// <form data-draws> with a canvas: draw white on black, or load a picture; its PNG travels in the hidden field.
(function () {
  "use strict";
  const form = document.querySelector("form[data-draws]");
  const canvas = form && form.querySelector("canvas");
  if (!canvas) {
    return;
  }
  const pen = Object.assign(canvas.getContext("2d"), {
    strokeStyle: "#fff",
    lineWidth: 20,
    lineCap: "round",
  });
  let last = null;
  let isEmpty = true;

  function clear() {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    isEmpty = true;
  }

  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  function drawTo(place) {
    pen.beginPath();
    pen.moveTo(...(last || place));
    pen.lineTo(...place);
    pen.stroke();
    last = place;
    isEmpty = false;
  }

  async function load(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    clear();
    pen.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    isEmpty = false;
  }

  canvas.addEventListener("pointerdown", function (event) {
    canvas.setPointerCapture(event.pointerId);
    last = null;
    drawTo(placeOf(event));
  });
  canvas.addEventListener("pointermove", function (event) {
    if (event.buttons) {
      drawTo(placeOf(event));
    }
  });
  form.querySelector("[data-clear]").addEventListener("click", clear);
  form.querySelector("[data-picture]").addEventListener("change", function (event) {
    if (event.target.files[0]) {
      load(event.target.files[0]);
    }
  });
  form.addEventListener("submit", function () {
    form.elements.picture.value = isEmpty ? "" : canvas.toDataURL("image/png");
  });
  clear();
})();

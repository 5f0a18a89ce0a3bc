// Draws a signature into the form's hidden field, as an SVG path of moves and lines. An extra: the
// typed name is the signature, and the page works without this.
(function () {
  "use strict";
  const box = document.getElementById("drawing");
  const field = document.getElementById("id_drawing");
  if (!box || !field) { return; }
  const pad = box.querySelector("svg");
  const line = box.querySelector("path");
  let isDown = false;

  function show() { line.setAttribute("d", field.value); }

  function add(letter, event) {
    const frame = pad.getBoundingClientRect();
    const x = Math.round((event.clientX - frame.left) / frame.width * 1000);
    const y = Math.round((event.clientY - frame.top) / frame.height * 300);
    if (field.value.length > 90000 || x < 0 || x > 1000 || y < 0 || y > 300) { return; }
    field.value += (field.value ? " " : "") + letter + " " + x + " " + y;
    show();
  }

  pad.addEventListener("pointerdown", function (event) {
    isDown = true;
    pad.setPointerCapture(event.pointerId);
    add("M", event);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", function (event) { if (isDown) { add("L", event); } });
  pad.addEventListener("pointerup", function () { isDown = false; });
  pad.addEventListener("pointercancel", function () { isDown = false; });
  box.querySelector("button").addEventListener("click", function () { field.value = ""; show(); });
  box.hidden = false;
  show();
}());

// Larkfield Relations: cards of the board can be dragged, and what went wrong is reached first. Pages work without it.
"use strict";

// What went wrong is read out and reached first.
(document.querySelector(".every-banner") ?? document.getElementById("problems"))?.focus();

// A card that is dropped on a column sends its own form, with that column's stage.
for (const card of document.querySelectorAll(".card-deal:has(form)")) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", card.dataset.deal);
    card.classList.add("dragged");
  });
  card.addEventListener("dragend", () => card.classList.remove("dragged"));
}
for (const column of document.querySelectorAll(".column")) {
  column.addEventListener("dragover", (event) => {
    event.preventDefault();
    column.classList.add("target");
  });
  column.addEventListener("dragleave", () => column.classList.remove("target"));
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    column.classList.remove("target");
    const deal = event.dataTransfer.getData("text/plain");
    const form = document.querySelector(`.card-deal[data-deal="${CSS.escape(deal)}"] form`);
    const stage = form?.elements.namedItem("stage_id");
    if (stage && [...stage.options].some((one) => one.value === column.dataset.stage)) {
      stage.value = column.dataset.stage;
      form.requestSubmit();
    }
  });
}

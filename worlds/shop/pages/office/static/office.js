// Larkfield Office: shows what a form would come to as it is filled in. Pages work without it.
"use strict";

const waiting = new Set();

function previewOf(form) {
  const target = document.getElementById(form.dataset.previewInto);
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (!["csrf_token", "idempotency_key", "next", "reason", "note"].includes(name) && value) fields.append(name, value);
  }
  target.setAttribute("aria-busy", "true");
  const asked = fetch(`${form.dataset.preview}?${fields}`, { credentials: "same-origin" })
    .then((answer) => answer.text())
    .then((text) => { target.innerHTML = text; })
    .catch(() => {})
    .finally(() => { waiting.delete(asked); target.removeAttribute("aria-busy"); });
  waiting.add(asked);
}

for (const form of document.querySelectorAll("form[data-preview]")) {
  form.addEventListener("change", (event) => {
    if (/^lines\.|^shipping$/.test(event.target.name)) previewOf(form);
  });
}

// A page is left only after the previews it asked for have come, so that calls reach the server in the order of the work.
async function afterPreviews(event, go) {
  if (!waiting.size) return;
  event.preventDefault();
  await Promise.allSettled([...waiting]);
  go();
}

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  afterPreviews(event, () => target.requestSubmit(submitter));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link) afterPreviews(event, () => link.click());
});

// What went wrong is read out and reached first.
document.getElementById("problems")?.focus();

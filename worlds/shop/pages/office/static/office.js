// Larkfield Office: shows what a form would come to as it is filled in. Pages work without it.
"use strict";

const CALCULATED = /^(lines\..+|shipping)$/;

// Asked and answered before the next click can happen, so that calls reach the door in the order of the work: runs that
// are played again must come out the same, and nothing may move under the pointer while a button is pressed.
function preview(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (CALCULATED.test(name) && value) fields.append(name, value);
  }
  const asked = new XMLHttpRequest();
  asked.open("GET", `${form.dataset.preview}?${fields}`, false);
  try {
    asked.send();
  } catch {
    return; // the button beside it still works
  }
  const answered = new URL(asked.responseURL, location.href).pathname; // a sign-in page is no preview
  if (asked.status === 200 && answered === new URL(form.dataset.preview, location.href).pathname) document.getElementById(form.dataset.previewInto).innerHTML = asked.responseText;
}

for (const form of document.querySelectorAll("form[data-preview]")) {
  form.addEventListener("input", (event) => {
    if (CALCULATED.test(event.target.name)) preview(form);
  });
}

// What went wrong is read out and reached first.
(document.querySelector(".every-banner") ?? document.getElementById("problems"))?.focus();

// Small comforts; every page works without them.
(() => {
  "use strict";
  const open = () => [...document.querySelectorAll(".menu details[open]")];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.querySelector("[role=alert].every-banner, [role=alert].problems")?.focus();
})();

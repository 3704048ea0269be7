// Small comforts of the help centre; every page works without them.
"use strict";

// What went wrong is read out and reached first.
(document.querySelector(".every-banner") ?? document.getElementById("problems"))?.focus();

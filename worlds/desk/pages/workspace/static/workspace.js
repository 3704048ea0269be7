// Larkfield Care: keys for the ticket page, and what went wrong reached first. Pages work without it.
"use strict";

// What went wrong is read out and reached first.
(document.querySelector(".every-banner") ?? document.getElementById("problems"))?.focus();

// The pages work without this file. Browsers that leave out `autofocus` on a summary of
// errors, or drop it because the address names a place on the page, get it here.
"use strict";
const first = document.querySelector("[autofocus]");
if (first && document.activeElement !== first) first.focus();

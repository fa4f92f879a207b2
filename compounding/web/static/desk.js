// The pages work without this file. Browsers that leave out `autofocus` on a summary of errors,
// or drop it because the address names a place on the page, get it here: a frame later than
// those that honour it. A summary taller than the window is then shown from its first line.
"use strict";
requestAnimationFrame(() => {
  const first = document.querySelector("[autofocus]");
  if (!first) return;
  if (document.activeElement !== first) first.focus();
  if (first.matches(".summary")) first.scrollIntoView({ block: "start" });
});

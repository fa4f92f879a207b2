// The pages work without this file.
"use strict";

// Browsers that leave out `autofocus` on a summary of errors, or drop it because the address names a place on
// the page, get it here: a frame later than those that honour it. A summary taller than the window is then
// shown from its first line.
requestAnimationFrame(() => {
  const first = document.querySelector("[autofocus]");
  if (!first) return;
  if (document.activeElement === document.body) first.focus(); // nobody is taken from where they went meanwhile
  if (first.matches(".summary")) first.scrollIntoView({ block: "start" });
  // What was refused stays to be read, and the next scan replaces it; one that has begun is not.
  if (document.activeElement === first && first.matches("input.scan") && first.value === first.defaultValue) first.select();
});

// What stays on top is as high as its text needs: what comes to rest below it is told the real height.
const onTop = new CSSStyleSheet();
document.adoptedStyleSheets = [onTop];
function measure() {
  let height = 0;
  for (const part of document.querySelectorAll(".strip, .banner"))
    if (getComputedStyle(part).position === "sticky") height += part.getBoundingClientRect().height;
  onTop.replaceSync(`:root { --on-top: ${Math.ceil(height)}px; }`);
}
const watched = new ResizeObserver(measure);
for (const part of document.querySelectorAll(".strip, .banner")) watched.observe(part);
measure();

// A link of the summary leads to a box; its label, hint and message come into view with it.
addEventListener("click", event => {
  const link = event.target.closest?.(".summary a");
  const box = link && document.getElementById(link.hash.slice(1));
  if (!box) return;
  event.preventDefault();
  box.focus({ preventScroll: true });
  (box.closest(".field") ?? box).scrollIntoView({ block: "start" });
});

// A scanner ends a number with Enter: in an order, and beside other boxes, that moves on to the next, and sends nothing.
for (const part of document.querySelectorAll("[data-enter-moves]"))
  part.addEventListener("keydown", event => {
    const box = event.target, form = box.form;
    if (event.key !== "Enter" || event.isComposing || !box.matches("input, select")) return;
    event.preventDefault();
    const boxes = "input:not([type=hidden]), select, button";
    const all = [...form.elements].filter(e => e.matches(boxes) && !e.closest("details:not([open])"));
    const next = all.slice(all.indexOf(box) + 1).find(e => e.type !== "radio" || e.name !== box.name);
    const chosen = next?.type === "radio" && form.querySelector(`[name="${next.name}"]:checked`);
    (chosen || next)?.focus();
  });

// No page is kept by the browser, since a page may hold a patient: after Back a form is empty, and says so.
const note = document.querySelector("[data-after-back]");
if (note && performance.getEntriesByType("navigation")[0]?.type === "back_forward")
  note.hidden = [...document.querySelectorAll("main input[type=text]")].some(box => box.value !== "");

// Clocks run on between two pages, by the desk's own time and not this machine's. What is half an hour away turns
// amber, what has passed red, and each of the two is said once; the page that comes next is what counts.
const MINUTE = 60_000, SOON = 30;
for (const card of document.querySelectorAll("[data-clocks]")) {
  const ahead = Date.parse(card.dataset.clocks) - Date.now();
  const limits = [...card.querySelectorAll("[data-limit]")];
  const span = minutes => {
    const hours = Math.floor(minutes / 60), rest = minutes % 60;
    return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(" ");
  };
  const tick = said => {
    const now = Math.floor((Date.now() + ahead) / MINUTE);
    for (const limit of limits) {
      const left = Date.parse(limit.dataset.limit) / MINUTE - now;
      const passed = left < 0 || (left === 0 && "before" in limit.dataset);
      const look = passed ? "late" : left <= SOON ? "soon" : "";
      const words = passed ? (left ? `passed ${span(-left)} ago` : "passed now") : left ? `${span(left)} left` : "last minute";
      const turned = look && !limit.classList.contains(look);
      limit.classList.toggle("late", look === "late");
      limit.classList.toggle("soon", look === "soon");
      const text = limit.querySelector("[data-left]"), bar = limit.querySelector("progress");
      if (text) text.textContent = words;
      if (bar) bar.value = Math.max(0, left);
      if (turned && said) card.querySelector("[data-announce]").textContent = `${limit.dataset.name}: ${words}.`;
    }
    card.querySelector("[data-now]").textContent = clock.format(Date.now() + ahead);
  };
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: card.dataset.zone });
  tick(false);
  setInterval(tick, 5_000, true);
}

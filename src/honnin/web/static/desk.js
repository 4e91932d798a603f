// Keys for the queue and the case page; everything works without them.
// j and k go through the list, Enter opens, n takes the next case, c takes this one, d goes to the decision.
"use strict";

for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea")) return;
  const lines = [...document.querySelectorAll(".rows .row > a")];
  const here = lines.indexOf(document.activeElement);
  if (event.key === "j" && lines.length) lines[Math.min(here + 1, lines.length - 1)].focus();
  else if (event.key === "k" && lines.length) lines[Math.max(here - 1, 0)].focus();
  else if (event.key === "d" && document.getElementById("decide")) document.getElementById("why").focus();
  else if (event.key === "n" || event.key === "c") {
    const form = document.querySelector(`form[data-key="${event.key}"]`);
    if (!form) return;
    form.requestSubmit();
  } else return;
  event.preventDefault();
});

// Three small helps; every page works without them.
"use strict";

// The inbox reloads itself every 15 seconds once somebody asks for it, and never while they type or read with the keyboard.
for (const place of document.querySelectorAll("[data-refresh]")) {
  const label = document.createElement("label");
  label.className = "switch";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = sessionStorage.getItem("refresh") === "yes";
  label.append(box, place.dataset.refresh);
  place.append(label);
  box.addEventListener("change", () => sessionStorage.setItem("refresh", box.checked ? "yes" : "no"));
  setInterval(() => {
    const busy = document.activeElement && document.activeElement !== document.body;
    if (box.checked && !busy && document.visibilityState === "visible") location.reload();
  }, 15000);
}

// A button that prints the page.
for (const place of document.querySelectorAll("[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet-button";
  button.textContent = place.dataset.print;
  button.addEventListener("click", () => print());
  place.append(button);
}

// A button that copies the text of another element.
for (const place of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet-button";
  button.textContent = place.dataset.label;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(place.dataset.copy).textContent);
    button.textContent = place.dataset.done;
  });
  place.append(button);
}

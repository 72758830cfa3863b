// Importing: a file that is dropped, and an import that goes on. The page works without this, only less quickly.

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  zone.querySelector("[data-drop-hint]").hidden = false;
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("target");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("target");
  });
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("target");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    input.form.querySelector("button").focus();
  });
  // A file that misses is not opened in the place of the page.
  for (const name of ["dragover", "drop"]) {
    addEventListener(name, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }
}

for (const form of document.querySelectorAll("[data-upload]")) {
  const button = form.querySelector("button");
  const words = button.textContent;
  form.addEventListener("submit", (event) => {
    if (button.ariaDisabled === "true") return event.preventDefault();
    button.ariaDisabled = "true";
    button.textContent = "Reading the file …";
  });
  // Come back to, the page is as it was left.
  addEventListener("pageshow", () => {
    button.ariaDisabled = null;
    button.textContent = words;
  });
}

// How far an import is: asked for once a second, as long as it goes on, and as long as anybody looks.
const shown = document.querySelector("[data-progress]");
const part = (place, name) => place.querySelector(`[data-part="${name}"]`);
let told;

const look = async () => {
  if (document.hidden) return wait();
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.querySelector("[data-progress]");
    // It is over, or not to be seen any more: the page says which.
    if (!now) return location.reload();
    for (const name of ["done", "pace"]) part(shown, name).textContent = part(now, name).textContent;
    if (part(now, "bar").hasAttribute("value")) part(shown, "bar").value = part(now, "bar").value;
    document.title = page.title;
    // Whoever listens is told every tenth.
    const tenth = Math.floor((part(shown, "bar").value ?? 0) / 10);
    if (tenth !== told) shown.querySelector("[data-said]").textContent = part(shown, "done").textContent;
    told = tenth;
  } catch {
    // The next look may reach the server again.
  }
  wait();
};
const wait = () => setTimeout(look, 1000);
if (shown) wait();

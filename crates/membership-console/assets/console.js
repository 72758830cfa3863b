// Small comforts on top of pages that work without them. Each button is in the page, hidden, until this can serve it.

for (const button of document.querySelectorAll("button[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const conceal = () => {
    input.type = "password";
    button.textContent = "Show";
    button.setAttribute("aria-pressed", "false");
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (input.type === "text") {
      conceal();
    } else {
      input.type = "text";
      button.textContent = "Hide";
      button.setAttribute("aria-pressed", "true");
    }
  });
  // A browser offers to save what it knows as a password only.
  input.form?.addEventListener("submit", conceal);
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const input = document.getElementById(button.dataset.copies);
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      button.textContent = "Copied";
    } catch {
      input.select();
    }
  });
}

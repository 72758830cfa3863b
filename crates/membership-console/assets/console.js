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

const prepareCopies = (root) => {
  for (const button of root.querySelectorAll("button[data-copies]")) {
    const input = document.getElementById(button.dataset.copies);
    if (!navigator.clipboard || !input) continue;
    button.hidden = false;
    const said = document.querySelector("[data-copied]");
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(input.value);
        button.textContent = "Copied";
        if (said) said.textContent = "The link was copied to the clipboard.";
      } catch {
        input.select();
      }
    };
    button.addEventListener("click", copy);
    // Where the press of a button has made the link, the same press copies it.
    if (button.matches("[data-copies-at-once]")) copy();
  }
};

prepareCopies(document);
document.addEventListener("inserted", (event) => prepareCopies(event.target));

// The administration, quicker: every page works without this. Pages are fetched as they are, and the part that is needed is
// taken out of them; a page without such a part is gone to as by any link.

const list = () => document.querySelector("[data-list]");
const dialog = document.querySelector("[data-drawer-dialog]");
const ours = (href) => new URL(href, location.href).pathname.startsWith("/t/");
const listPath = () => document.querySelector("[data-filters]")?.getAttribute("action");
const insert = (place, ...nodes) => {
  place.replaceChildren(...nodes.map((node) => document.importNode(node, true)));
  place.dispatchEvent(new CustomEvent("inserted", { bubbles: true }));
};

// What has the focus may be gone from a page that is put in the place of another. Then the same link has it, or the one that
// opened the drawer, or the heading: never nothing, where the next Tab would begin at the top.
let opener;
const linkInFocus = () => document.activeElement?.closest("a[href]")?.getAttribute("href");
const refocus = (...links) => {
  if (document.activeElement && document.activeElement !== document.body) return;
  const found = links.map((link) => link && document.querySelector(`main a[href="${CSS.escape(link)}"]`)).find(Boolean);
  const heading = document.getElementById("title");
  if (!found && heading) heading.tabIndex = -1;
  (found ?? heading)?.focus({ preventScroll: !found });
};

// One request for the list at a time: a newer one ends the one before.
let waiting;
const fetched = async (url, options = {}) => {
  const response = await fetch(url, { headers: { Accept: "text/html", ...options.part }, ...options });
  return { response, page: new DOMParser().parseFromString(await response.text(), "text/html") };
};

// The list alone, for what is in the address now or will be.
const showList = async (url, { push = false, keepFilters = false } = {}) => {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  list().setAttribute("aria-busy", "true");
  try {
    const { page } = await fetched(url, { signal, part: { "X-Part": "list" } });
    const found = page.querySelector("[data-list]");
    if (!found) return location.assign(url);
    if (push) history.pushState({}, "", url);
    else history.replaceState(history.state, "", url);
    const before = linkInFocus();
    // What somebody types in must not be taken away.
    if (keepFilters) insert(list().querySelector("[data-results]"), ...found.querySelector("[data-results]").childNodes);
    else list().replaceWith(document.importNode(found, true));
    prepareList();
    refocus(before);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  list().removeAttribute("aria-busy");
};

// The whole page, with the departments, where they or their numbers may have changed.
const visit = async (url, { push = true } = {}) => {
  const { response, page } = await fetched(url);
  const found = page.querySelector(".split");
  const here = document.querySelector(".split");
  if (!found || !here) return location.assign(response.url);
  const scrolled = document.querySelector("[data-tree]")?.scrollTop ?? 0;
  const folded = document.querySelector("[data-tree]")?.open;
  const before = linkInFocus();
  if (push) history.pushState({}, "", response.url);
  else history.replaceState({}, "", response.url);
  insert(here, ...found.childNodes);
  const tree = document.querySelector("[data-tree]");
  if (tree) {
    tree.scrollTop = scrolled;
    tree.open = folded ?? true;
    tree.classList.add("settled");
  }
  document.title = page.title;
  say(page);
  prepareList();
  if (!dialog?.open) refocus(before, opener);
};

const say = (page) => {
  document.querySelector("[data-toast]")?.remove();
  const said = page.querySelector("[data-toast]");
  // Above an open drawer nothing is seen that is not in it.
  const toast = said && document.importNode(said, true);
  if (toast && dialog?.open) dialog.append(toast);
  else if (toast) document.querySelector("main").before(toast);
  settle();
};

// What was done is said once, and for a while.
const settle = () => {
  const toast = document.querySelector("[data-toast]");
  if (!toast) return;
  const here = new URL(location.href);
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
  setTimeout(() => toast.remove(), 6000);
};

// The drawer.
const close = document.createElement("button");
close.className = "drawer-close";
close.type = "button";
close.setAttribute("aria-label", "Close");
close.textContent = "✕";
close.addEventListener("click", () => dialog.close());

let changed = false;
let behind = location.href;

const draw = (page, response) => {
  const found = page.querySelector("[data-drawer]");
  if (!found && response.redirected && response.ok) return false;
  insert(dialog, ...(found ? [found] : [...page.querySelector("main").childNodes]));
  dialog.prepend(close);
  if (found?.matches("[data-changed]")) changed = true;
  const heading = dialog.querySelector("[autofocus]") ?? dialog.querySelector("h1");
  if (heading && !heading.matches("input, select, textarea")) heading.tabIndex = -1;
  heading?.focus();
  dialog.scrollTop = 0;
  return true;
};

const open = async (url, { push = true } = {}) => {
  if (!dialog) return location.assign(url);
  if (!dialog.open) {
    behind = location.href;
    opener = linkInFocus();
    const lines = Object.assign(document.createElement("div"), { className: "waits" });
    lines.append(...Array.from({ length: 6 }, () => document.createElement("span")));
    lines.setAttribute("role", "status");
    lines.setAttribute("aria-label", "Loading");
    dialog.replaceChildren(close, lines);
    dialog.showModal();
    if (push) history.pushState({ drawer: true }, "", url);
  } else {
    history.replaceState({ drawer: true }, "", url);
  }
  try {
    const { response, page } = await fetched(url);
    draw(page, response);
  } catch {
    location.assign(url);
  }
};

dialog?.addEventListener("close", () => {
  if (history.state?.drawer) history.back();
  else if (changed) visit(behind, { push: false });
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

addEventListener("popstate", () => {
  if (history.state?.drawer) return open(location.href, { push: false });
  if (dialog?.open) {
    dialog.close();
    return;
  }
  if (changed) {
    changed = false;
    visit(location.href, { push: false });
  } else if (list() && location.pathname === listPath() && location.href !== behind) {
    visit(location.href, { push: false });
  }
});

// Once is enough, however often somebody presses.
const sent = (submitter) => submitter?.getAttribute("aria-disabled") === "true";

// A form that changes something, sent from the drawer or into it.
const send = async (form, submitter) => {
  const body = new URLSearchParams(new FormData(form, submitter));
  if (!dialog.open) {
    behind = location.href;
    dialog.replaceChildren(close);
    dialog.showModal();
  }
  const { response, page } = await fetched(form.action, { method: "POST", body });
  await arrive(response, page);
};

// A form whose answer comes in its place. A page that is gone to may not write to the clipboard before somebody presses something in
// it; this one may, by the press that has sent the form.
const replace = async (form, submitter) => {
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const { response, page } = await fetched(form.action, { method: "POST", body });
    const [here, found] = [document, page].map((one) => one.querySelector("main"));
    if (response.redirected || !found) return location.assign(response.url);
    insert(here, ...found.childNodes);
    document.title = page.title;
    const first = here.querySelector("[autofocus]") ?? here.querySelector("[aria-invalid]") ?? here.querySelector("h1");
    if (first?.matches("h1")) first.tabIndex = -1;
    first?.focus();
    scrollTo({ top: 0 });
  } catch {
    form.submit();
  }
};

const arrive = async (response, page) => {
  if (!response.redirected) return draw(page, response);
  changed = true;
  const there = new URL(response.url);
  if (there.pathname === listPath()) {
    changed = false;
    const pushed = history.state?.drawer;
    history.replaceState({}, "", pushed ? behind : location.href);
    dialog.close();
    return visit(response.url, { push: false });
  }
  if (!draw(page, response)) return location.assign(response.url);
  there.searchParams.delete("done");
  history.replaceState(history.state, "", there);
  say(page);
};

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    const theme = submitter.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of form.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", button === submitter);
    await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, submitter)), redirect: "manual" });
    return;
  }
  if (form.matches("[data-filters]")) {
    event.preventDefault();
    showList(addressOf(form), { push: true, keepFilters: true });
    return;
  }
  if (form.matches("[data-in-place]")) {
    event.preventDefault();
    return sent(submitter) ? undefined : replace(form, submitter);
  }
  if (!dialog || !ours(form.action) || !(dialog.contains(form) || form.matches("[data-bulk]"))) return;
  event.preventDefault();
  if (form.method === "get") return open(addressOf(form));
  if (sent(submitter)) return;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  try {
    await send(form, submitter);
  } catch {
    form.submit();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.matches("[data-closes]") && dialog?.open) {
    event.preventDefault();
    dialog.close();
  } else if (link.matches("[data-drawer-link]") && dialog) {
    event.preventDefault();
    open(link.href);
  } else if (link.matches("[data-list-link]")) {
    event.preventDefault();
    showList(link.href, { push: true }).then(() => scrollTo({ top: 0 }));
  } else if (link.closest("[data-tree]") && list()) {
    event.preventDefault();
    visit(link.href);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest?.("input, select, textarea, [contenteditable], dialog");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.getElementById("q");
    if (search) {
      event.preventDefault();
      search.select();
    }
  }
});

// Searching while somebody types, and filtering as soon as something is chosen.
const addressOf = (form) => {
  const pairs = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(pairs).toString();
  return new URL(query ? `?${query}` : form.getAttribute("action"), new URL(form.getAttribute("action"), location.href)).href;
};

let pause;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-filters]");
  if (form && !event.target.matches("select")) {
    clearTimeout(pause);
    pause = setTimeout(() => showList(addressOf(form), { keepFilters: true }), 220);
  }
  if (event.target.closest?.("[data-bulk]")) count(event.target);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-filters]");
  if (!form || !event.target.matches("select")) return;
  clearTimeout(pause);
  showList(addressOf(form), { keepFilters: true });
});

// What was chosen before this ran, or was brought back by the browser, counts too.
const standard = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
const touched = (control) =>
  control.matches("select")
    ? control.selectedIndex !== standard(control)
    : control.type === "search" && control.value !== control.defaultValue;
const filters = document.querySelector("[data-filters]");
if (filters && [...filters.elements].some(touched)) showList(addressOf(filters), { keepFilters: true });

// A form of several lines always has an empty one.
const another = (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!row || row.nextElementSibling?.matches("[data-row]") || !event.target.value) return;
  const next = row.cloneNode(true);
  for (const fault of next.querySelectorAll(".fault")) fault.remove();
  for (const control of next.querySelectorAll("input, select")) {
    control.value = "";
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  row.after(next);
};
document.addEventListener("input", another);
document.addEventListener("change", another);

// Selecting several.
const count = (ticked) => {
  const form = document.querySelector("[data-bulk]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=member]")];
  const all = form.querySelector("[data-tick-all]");
  if (ticked === all && all) for (const box of boxes) box.checked = all.checked;
  const chosen = boxes.filter((box) => box.checked).length;
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const bar = form.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.hidden = chosen === 0;
  bar.classList.add("floating");
  bar.querySelector("[data-bulk-count]").textContent = `${chosen} selected`;
};

function prepareList() {
  for (const extra of document.querySelectorAll("[data-without-script]")) extra.hidden = true;
  const all = document.querySelector("[data-tick-all]");
  if (all) all.hidden = !document.querySelector("[data-bulk] input[name=member]");
  count();
  for (const item of document.querySelectorAll("[data-tree] li[data-moves]")) item.draggable = true;
}

// Moving departments by hand: dropped on another, one comes to stand below it.
let lifted;
const over = (event) => {
  const target = event.target.closest?.("[data-tree] li[data-department]");
  return lifted && target && !lifted.contains(target) && target !== lifted.parentElement.closest("li") ? target : null;
};
document.addEventListener("dragstart", (event) => {
  lifted = event.target.closest?.("li[data-moves]");
  if (!lifted) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", lifted.dataset.department);
  lifted.classList.add("lifted");
});
document.addEventListener("dragover", (event) => {
  for (const marked of document.querySelectorAll(".tree .target")) marked.classList.remove("target");
  const target = over(event);
  if (!target) return;
  event.preventDefault();
  target.classList.add("target");
});
document.addEventListener("dragend", () => {
  for (const marked of document.querySelectorAll(".tree :is(.target, .lifted)")) marked.classList.remove("target", "lifted");
  lifted = undefined;
});
document.addEventListener("drop", async (event) => {
  const target = over(event);
  if (!target) return;
  event.preventDefault();
  const moved = lifted.dataset.department;
  const action = `${listPath().replace(/\/members$/, "")}/departments/${moved}/move`;
  const { response, page } = await fetched(action, {
    method: "POST",
    body: new URLSearchParams({ parent: target.dataset.department }),
  });
  if (!response.redirected) {
    // Refused: the page that says why.
    behind = location.href;
    dialog.showModal();
    draw(page, response);
  } else {
    await visit(response.url);
  }
});

// On a narrow screen the departments are folded until somebody wants them.
const narrow = matchMedia("(max-width: 71.99rem)");
const fold = () => {
  const tree = document.querySelector("[data-tree]");
  if (!tree) return;
  tree.open = !narrow.matches;
  tree.classList.add("settled");
};
fold();
narrow.addEventListener("change", fold);

// Where parts stand in one row that is wider than the window, the one that one is in is in sight.
const centre = () => {
  for (const here of document.querySelectorAll(":is(.side, .tabs) [aria-current]")) {
    const row = here.closest(".side, .tabs");
    const [outer, inner] = [row.getBoundingClientRect(), here.getBoundingClientRect()];
    row.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  }
};
centre();
narrow.addEventListener("change", centre);

prepareList();
settle();

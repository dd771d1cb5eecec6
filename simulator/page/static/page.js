/* The server renders everything; this keeps the page up to date and reports what the person does. */

import { grow, suggest, suggestionKey, suggestionsOf, typeInto } from "./composer.js";
import { $, $$ } from "./dom.js";
import { morphChildren } from "./morph.js";

const { as: person, team } = document.body.dataset;
const drafts = new Map();
let since = document.body.dataset.since;

/* ---- live updates: fetch all fragments, change only the nodes that differ ---- */

const shown = {};

function show(fragments) {
  const atEnd = $$("[data-scroll=end]").filter((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 80);
  const known = new Set($$("[data-scroll=end]"));
  for (const [name, html] of Object.entries(fragments)) {
    if (shown[name] === html) continue;
    shown[name] = html;
    const template = document.createElement("template");
    template.innerHTML = html;
    morphChildren($(`[data-fragment=${name}]`), template.content);
  }
  for (const list of $$("[data-scroll=end]")) if (atEnd.includes(list) || !known.has(list)) list.scrollTop = list.scrollHeight;
  settle();
}

/* What HTML alone cannot say: modals are shown as modals, drafts come back, the linked message comes into sight. */
function settle() {
  for (const dialog of $$("dialog[data-view-id]:not([open])")) {
    dialog.showModal();
    const field = $("[autofocus]", dialog) || $(".modal-body input, .modal-body textarea, .modal-body select", dialog);
    if (field) field.focus();
  }
  for (const form of $$("form.composer")) {
    const box = $("[data-composer]", form);
    if (!box.value && drafts.has(form.id)) box.value = drafts.get(form.id);
    grow(box);
  }
  document.body.classList.toggle("with-thread", Boolean($("[data-thread]")));
}

let current = null;
let again = false;

/* Resolves when everything that happened until now is shown; calls in a burst share their work. */
function refresh() {
  again = true;
  current ||= update().finally(() => (current = null));
  return current;
}

async function update() {
  while (again) {
    again = false;
    const address = location.search;
    const query = new URLSearchParams(address);
    query.set("as", person);
    if (team) query.set("team", team);
    query.set("since", since);
    const answer = await (await fetch(`/sim/fragments?${query}`)).json();
    if (address !== location.search) again = true;
    else {
      since = answer.since;
      document.title = answer.title;
      show(answer.fragments);
      answer.toasts.forEach(toast);
    }
  }
  document.body.dataset.ready = "true";
}

/* ---- telling the server ---- */

async function post(action, body) {
  const response = await fetch(`/sim/${action}`, { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as: person, team, ...body }) });
  const answer = response.ok ? await response.json() : { ok: false, error: "Something went wrong. Try again?" };
  if (!answer.ok) warn(answer.error);
  await refresh();
  return answer;
}

function notice(title, text, address, kind) {
  const box = document.createElement(address ? "a" : "div");
  box.className = `toast ${kind}`;
  if (address) {
    box.href = address;
    box.dataset.nav = "";
  }
  const heading = document.createElement("b");
  heading.textContent = title;
  const line = document.createElement("span");
  line.textContent = text;
  box.append(heading, line);
  $("#toasts").append(box);
  $("#toasts").hidePopover();
  $("#toasts").showPopover();
  setTimeout(() => box.remove(), 8000);
  return box;
}

const warn = (text) => notice("Slack", text, "", "warning").setAttribute("role", "alert");
const toast = ({ ts, title, text, address }) => Object.assign(notice(title, text, address, "phone").dataset, { ts, initial: title[0] });

/* ---- what is filled in ---- */

const isField = (control) => control.dataset.type && !/button$|overflow/.test(control.dataset.type);

function fieldValue(control) {
  return "many" in control.dataset ? $$("input:checked", control).map((box) => box.value) : control.value;
}

function allValues(root) {
  const values = {};
  for (const control of $$("[data-action-id]", root).filter(isField)) {
    const block = control.closest("[data-block-id]").dataset.blockId;
    (values[block] ||= {})[control.dataset.actionId] = fieldValue(control);
  }
  return values;
}

function place(node) {
  const view = node.closest("[data-view-id]");
  if (view) return { view_id: view.dataset.viewId };
  const message = node.closest("[data-message-ts]");
  return { channel: message.dataset.channel, ts: message.dataset.messageTs };
}

async function dispatch(control, value, pressed = control) {
  if (pressed.getAttribute("aria-busy") === "true") return;
  if (control.dataset.confirm && !(await confirmed(control.dataset.confirm))) return;
  pressed.setAttribute("aria-busy", "true");
  const root = control.closest("[data-view-id], [data-message-ts]");
  const block_id = control.closest("[data-block-id]").dataset.blockId;
  try {
    await post("act", { ...place(control), block_id, action_id: control.dataset.actionId, value, values: allValues(root) });
  } finally {
    pressed.removeAttribute("aria-busy");
  }
}

function confirmed(html) {
  const dialog = $("#confirm");
  dialog.innerHTML = html;
  dialog.returnValue = "";
  $$("button", dialog).forEach((button) => (button.onclick = () => dialog.close(button.value)));
  dialog.showModal();
  return new Promise((resolve) => (dialog.onclose = () => resolve(dialog.returnValue === "confirm")));
}

function ask(title, text, accept) {
  return confirmed(`<h2>${title}</h2><p>${text}</p><div class="dialog-actions"><button class="button" value="deny">Cancel</button><button class="button danger" value="confirm">${accept}</button></div>`);
}

async function send(form) {
  const box = $("[data-composer]", form);
  const text = box.value;
  if (!text.trim()) return;
  box.value = "";
  drafts.delete(form.id);
  grow(box);
  if (suggestionsOf(box)) suggestionsOf(box).hidden = true;
  const { channel, dm, threadTs } = form.dataset;
  const answer = await post("say", { channel: channel || dm, text, thread_ts: threadTs || null });
  if (!answer.ok && !box.value) box.value = text;
  const list = form.closest(".thread-panel, .main").querySelector("[data-scroll=end]");
  if (list) list.scrollTop = list.scrollHeight;
}

function editMessage(message) {
  const body = $(".body", message);
  const form = document.createElement("form");
  form.className = "edit";
  form.innerHTML = '<textarea aria-label="Edit message"></textarea><div><button type="button" class="button" data-cancel>Cancel</button> <button class="button primary">Save</button></div>';
  const box = $("textarea", form);
  box.value = body.dataset.text.replace(/<@(\w+)(\|[^>]*)?>/g, (all, id) => $(`.mention[data-user="${id}"]`, body)?.textContent || all)
    .replace(/<(https?:[^|>]+)>/g, "$1").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  body.hidden = true;
  body.after(form);
  box.focus();
  const close = () => (form.remove(), (body.hidden = false));
  $("[data-cancel]", form).onclick = close;
  box.onkeydown = (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), form.requestSubmit();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    close();
    post("edit", { ...place(message), text: box.value });
  };
}

/* ---- navigation ---- */

function go(address) {
  history.pushState(null, "", address);
  document.body.classList.remove("nav-open");
  return arrive();
}

async function arrive() {
  await refresh();
  const tab = $("[data-app-tab]");
  if (tab) await post("open_home", { app_id: tab.dataset.app, tab: tab.dataset.appTab });
  const linked = $(".message.highlighted");
  if (linked) linked.scrollIntoView({ block: "center" });
}

/* ---- one listener per kind of event ---- */

const DOINGS = {
  menu: () => document.body.classList.toggle("nav-open"),
  theme: () => {
    const dark = document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const next = dark === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    const query = new URLSearchParams(location.search);
    query.set("theme", next);
    history.replaceState(null, "", `?${query}`);
    refresh();
  },
  react: (button) => post("react", { ...place(button), emoji: button.dataset.emoji }),
  copy: (button) => navigator.clipboard.writeText(button.dataset.text).then(() => notice("Slack", "Link copied", "", "info"), () => notice("Link", button.dataset.text, "", "info")),
  edit: (button) => editMessage(button.closest(".message")),
  delete: async (button) => (await ask("Delete message", "Are you sure you want to delete this message? This cannot be undone.", "Delete")) && post("delete", place(button)),
  shortcut: (button) => {
    const message = button.closest("[data-message-ts]");
    return post("shortcut", { callback_id: button.dataset.shortcut, app_id: button.dataset.app, ...(message ? place(message) : {}) });
  },
  "close-view": (button) => post("close_view", { ...place(button), clear: "all" in button.dataset }),
  stories: () => $("#stories").showModal(),
  "hide-stories": () => $("#stories").close(),
  "stop-story": () => post("story/stop", {}),
  insert: (button) => typeInto(button, button.dataset.mark, ""),
  format: (button) => typeInto(button, button.dataset.mark, button.dataset.mark),
};

document.addEventListener("click", (event) => {
  const { target } = event;
  for (const open of $$("details.popover[open], details.overflow[open], details.multi[open]")) {
    if (!open.contains(target)) open.open = false;
  }
  const doing = target.closest("button[data-do]");
  if (doing) {
    const menu = doing.closest("details.popover");
    if (menu) menu.open = false;
    DOINGS[doing.dataset.do](doing);
  }
  const option = target.closest("[data-option]");
  if (option) {
    const overflow = option.closest("details");
    overflow.open = false;
    dispatch(overflow, option.dataset.option);
  }
  const button = target.closest("[data-dispatch=click]");
  if (button) dispatch(button, button.dataset.value || "");
  const link = target.closest("a[data-nav]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    go(link.getAttribute("href"));
  }
});

document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-dispatch=change]");
  if (control) dispatch(control, fieldValue(control));
  const multi = event.target.closest("details.multi");
  if (multi) {
    const names = $$("input:checked", multi).map((box) => box.dataset.label);
    const summary = $("summary", multi);
    summary.textContent = names.join(", ") || summary.dataset.placeholder;
    multi.dataset.touched = "true";
  }
});

document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details.multi[data-dispatch]") && !target.open && target.dataset.touched) {
    delete target.dataset.touched;
    dispatch(target, fieldValue(target));
  }
}, true);

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-composer]")) {
    drafts.set(target.form.id, target.value);
    grow(target);
    suggest(target);
  }
  if (target.matches("[data-dispatch=character]")) dispatch(target, target.value);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches?.("[data-composer]")) {
    if (suggestionKey(event, target)) event.preventDefault();
    else if (key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send(target.form);
    }
    return;
  }
  if (key === "Enter" && target.matches?.("input[data-dispatch=enter]")) {
    event.preventDefault();
    dispatch(target, target.value);
  }
  if (key === "Escape" && !$("dialog[open]")) {
    const open = $("details.popover[open], details.overflow[open], details.multi[open]");
    if (open) open.open = false;
    else if (document.body.classList.contains("nav-open")) document.body.classList.remove("nav-open");
    else $("[data-close-thread]")?.click();
  }
});

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.do === "say") send(form);
  if (form.dataset.do === "play-story") {
    $("#stories").close();
    await post("story/play", { name: form.dataset.name, variables: Object.fromEntries(new FormData(form)) });
  }
  if (form.dataset.do !== "submit-view") return;
  const button = $("[data-submit]", form);
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await post("submit_view", { ...place(form), values: allValues(form) });
  button.removeAttribute("aria-busy");
  $(".invalid input, .invalid textarea, .invalid select", form)?.focus();
});

/* A picture that arrives makes its list longer: whoever was at the end stays there. */
document.addEventListener("load", ({ target }) => {
  const list = target.matches?.("img") && target.closest("[data-scroll=end]");
  if (list && list.scrollHeight - list.scrollTop - list.clientHeight < target.offsetHeight + 80) list.scrollTop = list.scrollHeight;
}, true);

document.addEventListener("cancel", (event) => {
  if (!event.target.matches("dialog[data-view-id]")) return;
  event.preventDefault();
  post("close_view", place(event.target));
}, true);

window.addEventListener("popstate", arrive);
$$("[data-scroll=end]").forEach((list) => (list.scrollTop = list.scrollHeight));
settle();
arrive().then(() => new EventSource("/sim/events").addEventListener("change", refresh));

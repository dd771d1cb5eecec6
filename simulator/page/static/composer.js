/* The box one writes in: its height, its buttons, and the list of commands, people and channels that it completes. */

import { $, $$ } from "./dom.js";

export function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
}

let completions;
export const suggestionsOf = (box) => $(".suggestions", box.form);

export async function suggest(box) {
  const list = suggestionsOf(box);
  if (!list) return;
  const before = box.value.slice(0, box.selectionStart);
  const match = before.match(/^\/\S*$/) || before.match(/(?<=^|\s)[@#][\w.-]*$/);
  const usage = before.match(/^(\/\S+)\s/);
  completions ||= await (await fetch(`/sim/suggestions?team=${document.body.dataset.team}`)).json();
  if (box.value.slice(0, box.selectionStart) !== before) return; // sent or changed while the list was fetched
  const word = match ? match[0] : usage ? usage[1] : "";
  const fits = (entry) => (usage && !match ? entry.insert === word : `${entry.insert} ${entry.note}`.toLowerCase().includes(word.toLowerCase()));
  const found = word ? completions[word[0]].filter(fits).slice(0, 10) : [];
  list.replaceChildren(...found.map((entry, index) => suggestion(box, entry, word, index, !match)));
  list.hidden = !found.length;
}

function suggestion(box, entry, word, index, usageOnly) {
  const line = document.createElement("button");
  line.type = "button";
  line.className = "suggestion";
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", String(index === 0 && !usageOnly));
  line.dataset.insert = entry.insert;
  for (const [tag, text] of [["b", entry.label], ["span", entry.note || ""], ["small", entry.from || ""]]) {
    line.append(Object.assign(document.createElement(tag), { textContent: text }));
  }
  line.onclick = () => {
    const start = box.selectionStart - word.length;
    if (!usageOnly) box.setRangeText(`${entry.insert} `, start, box.selectionStart, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return line;
}

function moveSuggestion(list, step) {
  const lines = $$(".suggestion", list);
  const now = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  lines.forEach((line, index) => line.setAttribute("aria-selected", String(index === (now + step + lines.length) % lines.length)));
  $("[aria-selected=true]", list).scrollIntoView({ block: "nearest" });
}

/* True when the key was for the list of suggestions. */
export function suggestionKey(event, box) {
  const list = suggestionsOf(box);
  const chosen = list && !list.hidden && $("[aria-selected=true]", list);
  if (!chosen) return false;
  const complete = event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !box.value.slice(0, box.selectionStart).endsWith(chosen.dataset.insert));
  if (complete) chosen.click();
  else if (event.key === "ArrowDown") moveSuggestion(list, 1);
  else if (event.key === "ArrowUp") moveSuggestion(list, -1);
  else if (event.key === "Escape") list.hidden = true;
  else return false;
  return true;
}

/* What the buttons below and above the box do: put marks around what is selected, a slash at the beginning. */
export function typeInto(button, before, after) {
  const box = $("[data-composer]", button.form);
  const chosen = box.value.slice(box.selectionStart, box.selectionEnd);
  const start = before === "/" ? 0 : box.selectionStart;
  box.setRangeText(before + chosen + after, start, before === "/" ? 0 : box.selectionEnd, "end");
  if (after && !chosen) box.setSelectionRange(start + before.length, start + before.length);
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Changes a part of the page into another one without losing what the browser remembers about its nodes. */

/* Attributes that the browser or this script sets and the server knows nothing of. */
const OWNED_BY_BROWSER = new Set(["open", "aria-busy", "aria-expanded"]);

function syncAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OWNED_BY_BROWSER.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value || OWNED_BY_BROWSER.has(name)) continue;
    old.setAttribute(name, value);
    if (name === "value" && "value" in old && old !== document.activeElement) old.value = value;
    if (name === "checked") old.checked = true;
    if (name === "selected") old.selected = true;
  }
}

function morph(old, fresh) {
  const same = old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "");
  if (!same) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return undefined;
  }
  syncAttributes(old, fresh);
  return morphChildren(old, fresh);
}

/* Make the children of `old` equal to those of `fresh`, keeping nodes (and with them scroll, focus, typed text) where it can. */
export function morphChildren(old, fresh) {
  const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let cursor = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = child.id ? named.get(child.id) : cursor && !cursor.id && cursor.nodeName === child.nodeName ? cursor : null;
    if (!match) {
      old.insertBefore(child, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else old.insertBefore(match, cursor);
    morph(match, child);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

// What stays in the reader's browser: the best fits by hand, in one entry of localStorage.
// Nothing is sent. Where storage is refused, a fit lasts as long as the page.
(function (root) {
"use strict";
const KEY = "gradients-through-time/kept";
let memory = {};
function all() {
  let kept = memory;
  try { kept = JSON.parse(localStorage.getItem(KEY)) || memory; } catch { /* refused, or not ours */ }
  return typeof kept === "object" && !Array.isArray(kept) ? kept : {};
}
function write(kept) {
  memory = kept;
  try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* refused, or full */ }
  show();
}
function get(name) {
  const fit = Object.hasOwn(all(), name) ? all()[name] : null;
  return fit && Number.isFinite(fit.score) && fit.values && typeof fit.values === "object" ? fit : null;
}
function set(name, score, values) { write({...all(), [name]: {score, values}}); }
function forget(name) { const kept = {...all()}; delete kept[name]; write(kept); }
function better(name, score) {
  const best = get(name);
  return Number.isFinite(score) && !(best && best.score <= score);
}
function fill(pieces, fit) {
  return pieces.map(piece => {
    if (typeof piece === "string") return piece;
    const v = piece[0] === "score" ? fit.score : fit.values[piece[0]];
    if (typeof v !== "number") throw new TypeError(piece[0]);
    return Math.abs(v).toFixed(piece[1]).replace(/^/, v < 0 ? "\u2212" : "");
  }).join("");
}
function sentence(place, fit) {
  try { return fit && fill(JSON.parse(place.dataset.words), fit); } catch { return null; }  // kept by another edition
}
function show() {
  for (const place of document.querySelectorAll(".live-kept[data-kept]")) {
    const said = sentence(place, get(place.dataset.kept)), words = place.querySelector("span");
    place.dataset.otherwise ??= words.textContent;
    words.textContent = said || place.dataset.otherwise;
    for (const button of place.querySelectorAll("button")) button.hidden = !said;
    const forgets = place.querySelector("button.live-forget");
    if (forgets) forgets.onclick = () => forget(place.dataset.kept);
  }
}
if (root.bookkitStore) { root.bookkitStore.show(); return; }
root.bookkitStore = {get, set, forget, better, fill, show};
if (typeof module !== "undefined" && module.exports) { module.exports = root.bookkitStore; return; }
root.addEventListener("storage", show);
show();
})(typeof globalThis === "undefined" ? this : globalThis);

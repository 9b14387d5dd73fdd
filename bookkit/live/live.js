// Moves the SVG that matplotlib drew, with numbers that the figure's own program computes.
// One inline copy a figure; the first to run serves the page. Its arithmetic is that of
// bookkit/live/artists.py and sentence.py, and tested against them string for string.
(function (root) {
"use strict";
const VERSION = 1, FAR = 1e5, MINUS = "\u2212";
const OUTSIDE = "With these values the model leaves the range in which it can be computed.";
const isNumber = Number.isFinite;

// ---- numbers and words
function number(v, digits, style) {
  let tail = "", text;
  if (style === "e" || Math.abs(v) >= 1e15) {
    const parts = Math.abs(v).toExponential(digits).split("e");
    text = parts[0];
    tail = "·10" + String(+parts[1]).replace(/./g, c => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  } else text = Math.abs(v).toFixed(digits);
  return (v < 0 && +text !== 0 ? MINUS : "") + text + tail;
}
function controlText(control, v) {
  return control.kind === "choice" ? control.options[v]
    : v.toFixed(control.digits).replace("-", MINUS);
}
function fill(pieces, get, texts) {
  let all = "";
  for (const piece of pieces) {
    if (typeof piece === "string") { all += piece; continue; }
    const [name, how, style] = piece;
    if (how === undefined) { all += texts[name]; continue; }
    const v = get(name);
    if (!isNumber(v)) return OUTSIDE;
    all += Array.isArray(how) ? how.find(b => b[0] === null || v < b[0])[1] : number(v, how, style);
  }
  return all;
}

// ---- paths
function px(v) {
  if (v !== v) v = -FAR;
  return String(Math.floor(Math.max(-FAR, Math.min(FAR, v)) * 100 + 0.5) / 100 + 0);
}
function scale(axis, factor) {
  const s = axis.s / factor, o = axis.o;
  return axis.log ? v => v > 0 ? o + s * Math.log10(v) : NaN : v => o + s * v;
}
function thin(xs, ys) {
  const n = xs.length, keep = [];
  if (n <= 1500) return [xs, ys];
  for (let start = 0, end, low, high; start < n; start = end + 1) {
    end = low = high = start;
    while (end + 1 < n && Math.floor(xs[end + 1]) === Math.floor(xs[start])) {
      end += 1;
      if (ys[end] < ys[low]) low = end;
      if (ys[end] > ys[high]) high = end;
    }
    keep.push(...[...new Set([start, low, high, end])].sort((a, b) => a - b));
  }
  return [keep.map(i => xs[i]), keep.map(i => ys[i])];
}
function path(xs, ys) {
  let d = "", pen = "M";
  [xs, ys] = thin(xs, ys);
  for (let i = 0; i < xs.length; i++) {
    if (isNumber(xs[i]) && isNumber(ys[i])) { d += pen + px(xs[i]) + " " + px(ys[i]); pen = "L"; }
    else pen = "M";
  }
  return d;
}
function arrow(x, y, u, v, width) {
  const length = Math.hypot(u, v);
  if (!(length > 0 && length < Infinity)) return "";
  const shrink = Math.min(1, length / (5 * width)), half = width / 2 * shrink;
  const body = length - 4.5 * width * shrink, back = length - 5 * width * shrink;
  const c = u / length, s = v / length;
  return "M" + [[0, half], [body, half], [back, 3 * half], [length, 0],
    [back, -3 * half], [body, -half], [0, -half]]
    .map(([a, b]) => px(x + c * a - s * b) + " " + px(y + s * a + c * b)).join("L") + "Z";
}
const list = v => Array.isArray(v) ? v : [v];
function roundUp(v) {
  const power = Math.floor(Math.log10(v));
  for (const mantissa of [1, 1.5, 2, 3, 5, 7, 10]) if (v <= +(mantissa + "e" + power)) return +(mantissa + "e" + power);
  return +("1e" + (power + 2));
}
function factors(spec, get) {
  return spec.axes.map((axes, index) => {
    let reach = 0;
    if (axes.follow) for (const item of spec.live)
      if (item.axes === index && ["line", "points", "band", "bars"].includes(item.kind))
        for (const key of item.keys.slice(item.kind === "bars" ? 0 : 1))
          for (const v of list(get(key))) if (isNumber(v)) reach = Math.max(reach, Math.abs(v));
    return reach ? roundUp(reach / axes.follow) : 1;
  });
}
const tick = v => String(+v.toPrecision(6)).replace("-", MINUS);

function redraw(spec, get, words) {
  const opened = factors(spec, get), changes = {};
  for (const item of spec.live) {
    const axes = spec.axes[item.axes], factor = opened[item.axes];
    const X = scale(axes.x, 1), Y = scale(axes.y, factor), [x0, y0, x1, y1] = axes.box;
    if (item.kind === "ticks") {
      item.ids.forEach((id, i) => { changes[id] = {text: tick(item.values[i] * factor)}; });
      continue;
    }
    const v = item.kind === "cells" ? [] : item.keys.map(key => list(get(key))), change = {};
    if (item.kind === "line") change.d = [path(v[0].map(X), v[1].map(Y))];
    else if (item.kind === "points") change.use = v[0].map((a, i) => {
      const x = X(a), y = Y(v[1][i]);
      return isNumber(x) && isNumber(y) ? [px(x), px(y)] : null;
    });
    else if (item.kind === "band") {
      const xs = v[0].map(X), low = v[1].map(Y), high = v[2].map(Y);
      const d = path(xs.concat(xs.slice().reverse()), high.concat(low.reverse()));
      change.d = [d && d + "Z"];
    } else if (item.kind === "bars") {
      const base = px(Y(0));
      item.ids.forEach((id, i) => {
        const a = px(item.sides[i][0]), b = px(item.sides[i][1]), h = px(Y(v[0][i]));
        changes[id] = {d: [`M${a} ${base}L${b} ${base}L${b} ${h}L${a} ${h}Z`]};
      });
      continue;
    } else if (item.kind === "vline") change.d = [path([X(v[0][0]), X(v[0][0])], [y1, y0])];
    else if (item.kind === "hline") change.d = [path([x0, x1], [Y(v[0][0]), Y(v[0][0])])];
    else if (item.kind === "arrows") change.d = v[0].map((x, i) => {
      const y = v[1][i];
      return arrow(X(x), Y(y), X(x + v[2][i]) - X(x), Y(y + v[3][i]) - Y(y), item.width);
    });
    else if (item.kind === "text") {
      change.text = words(item.words);
      if (v.length) change.at = [px(X(v[0][0]) + item.shift[0]), px(Y(v[1][0]) + item.shift[1])];
    } else if (item.kind === "cells") change.cells = get(item.keys[0]);
    changes[item.id] = change;
  }
  return changes;
}

// ---- a walk: which parts are lit after so many presses, and the words that a step has changed
function lit(steps, at) {
  const found = {};
  if (at) steps.forEach((step, i) => step.lights.forEach(key => {
    const state = i === at - 1 ? "now" : i < at - 1 ? "done" : "ahead";
    if (state === "now" || !found[key]) found[key] = state;
  }));
  return found;
}

const pure = {number, fill, redraw, controlText, lit};
if (typeof module !== "undefined" && module.exports) { module.exports = pure; return; }
if (root.bookkitLive && root.bookkitLive.version >= VERSION) { root.bookkitLive.start(); return; }

// ---- the page
const LINKS = root.top === root && /^(http|file)/.test(root.location.protocol)
  && !document.querySelector("[data-jp-theme-light]");  // an address is Jupyter's own there

function picture(rows, item) {
  const [low, high] = item.between, canvas = document.createElement("canvas");
  const stops = item.colours.match(/.{6}/g).map(c => [0, 2, 4].map(k => parseInt(c.substr(k, 2), 16)));
  const h = canvas.height = rows.length, w = canvas.width = rows[0].length;
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  for (let r = 0; r < h; r++) for (let c = 0; c < w; c++) {
    const v = rows[item.top_first ? r : h - 1 - r][c];
    const at = Math.max(0, Math.min(1, (v - low) / (high - low))) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(at));
    if (isNumber(v)) for (let b = 0; b < 4; b++) image.data[4 * (r * w + c) + b] = b === 3 ? 255
      : Math.floor(stops[k][b] + (at - k) * (stops[k + 1][b] - stops[k][b]) + 0.5);
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function start() { document.querySelectorAll("figure.live:not([data-live])").forEach(begin); }

function begin(figure) {
  const block = figure.querySelector("script.live-spec"), code = figure.querySelector("script.live-program");
  if (!block || !code) return;
  const spec = JSON.parse(block.textContent);
  figure.dataset.live = "on";
  if (spec.version !== VERSION) throw new Error(`live figure ${spec.name}: version ${spec.version}, runtime ${VERSION}`);
  const program = new Function("return " + code.textContent)();
  const group = begin.count = (begin.count || 0) + 1;  // keeps two copies' radio buttons apart
  const chosen = {}, inputs = {}, outputs = {}, found = {}, shown = {};
  const sentence = figure.querySelector(".live-sentence");
  const spoken = make("p", {className: "live-spoken", role: "status"});
  spoken.setAttribute("aria-live", "polite");
  const steps = spec.steps || [];
  const store = root.bookkitStore;
  let byHand = false, helped = false;  // whether the reader found these values, and not a preset
  let at = 0;  // presses along a walk; at 0 all is shown
  const get = id => found[id] || (found[id] = figure.querySelector("#" + CSS.escape(id)));

  function values() {
    const p = {};
    for (const [name, control] of Object.entries(spec.controls))
      p[name] = control.kind === "slider" ? chosen[name]
        : Object.fromEntries(Object.keys(control.options).map(o => [o, +(o === chosen[name])]));
    return p;
  }
  function move() {
    const began = performance.now(), p = values();
    let out = {};
    try { out = program(p, spec.data); } catch (error) { console.error(error); }
    const computed = performance.now();
    const look = name => name in out ? out[name] : name in spec.data ? spec.data[name] : name in p ? p[name] : NaN;
    const texts = Object.fromEntries(Object.entries(spec.controls).map(([n, c]) => [n, controlText(c, chosen[n])]));
    if (byHand && spec.keep && spec.keep.score && store.better(spec.keep.name, out[spec.keep.score]))
      store.set(spec.keep.name, out[spec.keep.score], {...chosen});
    const changes = redraw(spec, look, words => fill(words, look, texts));
    let said = fill(spec.sentence, look, texts);
    if (at) {
      for (const step of steps.slice(0, at)) for (const [id, words] of step.words) changes[id] = {text: fill(words, look, texts)};
      said = fill(steps[at - 1].sentence, look, texts);
    }
    for (const [id, change] of Object.entries(changes)) apply(get(id), change, id);
    sentence.textContent = said;
    clearTimeout(move.later);
    move.later = setTimeout(() => { spoken.textContent = sentence.textContent; }, 500);
    const ended = performance.now();
    figure.dispatchEvent(new CustomEvent("live:change", {bubbles: true,
      detail: {name: spec.name, p, out, compute: computed - began, total: ended - began}}));
  }
  function apply(element, change, id) {  // writes only what is no longer so: most marks rest
    const before = shown[id] || {};
    shown[id] = change;
    if (change.d) element.querySelectorAll("path").forEach((e, i) => {
      if (!before.d || before.d[i] !== change.d[i]) e.setAttribute("d", change.d[i]);
    });
    if (change.use) element.querySelectorAll("use").forEach((e, i) => {
      const at = change.use[i], was = before.use && before.use[i];
      if (!before.use || !at !== !was) e.setAttribute("visibility", at ? "visible" : "hidden");
      if (at && !(was && was[0] === at[0])) e.setAttribute("x", at[0]);
      if (at && !(was && was[1] === at[1])) e.setAttribute("y", at[1]);
    });
    if (change.text !== undefined) {
      const label = element.querySelector("text") || element;
      if (before.text !== change.text) label.textContent = change.text;
      if (change.at) { label.setAttribute("x", change.at[0]); label.setAttribute("y", change.at[1]); }
    }
    if (change.cells) element.setAttribute("href", picture(change.cells, spec.live.find(i => i.id === id)));
  }
  let asked = false;
  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; move(); });
  }
  function set(name, value) {
    const control = spec.controls[name];
    chosen[name] = value;
    if (control.kind === "choice") { inputs[name][value].checked = true; return; }
    const at = control.stops.length ? control.stops.indexOf(value) : value;
    if (+inputs[name].value !== at) inputs[name].value = at;
    const text = controlText(control, value) + (control.unit ? " " + control.unit : "");
    outputs[name].textContent = text;
    inputs[name].setAttribute("aria-valuetext", text);
  }

  function keptLine() {
    const {name, digits} = spec.keep, words = make("span", {textContent: `No ${name} of yours is kept in this browser yet.`});
    const back = make("button", {type: "button", textContent: "Show it", hidden: true});
    back.addEventListener("click", () => {
      byHand = helped = false;
      for (const [n, v] of Object.entries(store.get(name).values)) if (n in inputs) set(n, nearest(spec.controls[n], v));
      ask();
    });
    const line = make("p", {className: "live-kept"}, words, " ", back, " ",
      make("button", {type: "button", className: "live-forget", textContent: "Forget it", hidden: true}));
    line.dataset.kept = name;
    line.dataset.words = JSON.stringify([`Your best ${name}: `, ["score", digits], "."]);
    return line;
  }
  // A link to these values: #alpha=0.7 for every figure with that slider, or #figure=name&alpha=0.7.
  function followLink() {
    const link = new URLSearchParams(location.hash.slice(1)), only = link.get("figure");
    if (only && only !== spec.name) return;
    const named = Object.entries(spec.controls).filter(([name]) => link.get(name));
    for (const [name, control] of named) set(name, nearest(control, control.kind === "choice" ? link.get(name) : +link.get(name)));
    if (named.length) { byHand = false; helped = true; ask(); }
    if (only) figure.scrollIntoView();
  }
  function linkButton() {
    const button = make("button", {type: "button", className: "live-link", textContent: "Link to this"});
    button.addEventListener("click", () => {
      history.replaceState(null, "", "#" + new URLSearchParams({figure: spec.name, ...chosen}));
      Promise.resolve(navigator.clipboard && navigator.clipboard.writeText(location.href)).then(
        () => { button.textContent = navigator.clipboard ? "Link copied" : "Link is in the address"; },
        () => { button.textContent = "Link is in the address"; });
      setTimeout(() => { button.textContent = "Link to this"; }, 3000);
    });
    return button;
  }
  function nearest(control, v) {
    if (control.kind === "choice") return v in control.options ? v : control.start;
    if (!isNumber(v)) return control.start;
    if (control.stops.length) return control.stops.reduce((a, b) => Math.abs(b - v) < Math.abs(a - v) ? b : a);
    const steps = Math.round((Math.max(control.low, Math.min(control.high, v)) - control.low) / control.step);
    return +(control.low + steps * control.step).toFixed(control.digits);
  }

  const panel = make("div", {className: "live-controls"});
  if (steps.length) {
    const count = make("span", {className: "live-value"}), row = make("div", {className: "live-steps"}, count);
    const go = to => {
      at = Math.max(0, Math.min(steps.length, to));
      const states = lit(steps, at);
      for (const part of figure.querySelectorAll("[data-key]"))
        if (states[part.dataset.key]) part.dataset.state = states[part.dataset.key]; else delete part.dataset.state;
      figure.dataset.way = at ? steps[at - 1].phase : "";
      count.textContent = `${at} of ${steps.length}`;
      move();
    };
    const phases = [...new Set(steps.map(step => step.phase))];
    const ends = phases.map(phase => [phase, () => steps.findLastIndex(step => step.phase === phase) + 1]);
    for (const [label, to] of [["One step", () => at + 1], ["Step back", () => at - 1], ...ends, ["Start again", () => 0]]) {
      const button = make("button", {type: "button", textContent: label});
      button.addEventListener("click", () => go(to()));
      count.before(button);
    }
    count.textContent = `0 of ${steps.length}`;
    panel.append(row);
  }
  for (const [name, control] of Object.entries(spec.controls)) {
    if (control.kind === "choice") {
      const box = make("fieldset", {className: "live-choice"}, make("legend", {textContent: control.label}));
      inputs[name] = {};
      for (const [option, label] of Object.entries(control.options)) {
        const input = make("input", {type: "radio", name: `live-${name}-${group}`, value: option});
        input.addEventListener("change", () => { byHand = !helped; set(name, option); ask(); });
        inputs[name][option] = input;
        box.append(make("label", {}, input, make("span", {textContent: label})));
      }
      panel.append(box);
    } else {
      const stops = control.stops, last = stops.length - 1;
      const input = make("input", stops.length ? {type: "range", min: 0, max: last, step: 1}
        : {type: "range", min: control.low, max: control.high, step: control.step});
      input.addEventListener("input", () => { byHand = !helped; set(name, stops.length ? stops[+input.value] : +input.value); ask(); });
      inputs[name] = input;
      outputs[name] = make("span", {className: "live-value"});
      outputs[name].setAttribute("aria-hidden", "true");
      panel.append(make("label", {className: "live-slider"},
        make("span", {className: "live-label"}, ...(control.symbol ? [make("i", {textContent: control.symbol}), " "] : []), control.label),
        outputs[name], input));
    }
  }
  const begun = Object.fromEntries(Object.entries(spec.controls).map(([n, c]) => [n, c.start]));
  const row = make("div", {className: "live-presets"});
  for (const [label, preset] of [...Object.entries(spec.presets), ["Reset", begun]]) {
    const button = make("button", {type: "button", textContent: label});
    button.addEventListener("click", () => {
      byHand = false;
      helped = preset !== begun;
      for (const [n, v] of Object.entries(preset)) set(n, v);
      ask();
    });
    row.append(button);
  }
  if (Object.keys(begun).length) panel.append(row);
  if (LINKS) row.append(linkButton());
  if (spec.keep) panel.append(keptLine());
  for (const [name, value] of Object.entries(begun)) set(name, value);
  figure.querySelector("figcaption").after(panel);
  const table = figure.querySelector(".live-table");
  if (table && innerWidth < 640) panel.after(table);  // else the buttons are out of sight
  figure.append(spoken);
  if (spec.keep) store.show();
  if (LINKS) { followLink(); addEventListener("hashchange", followLink); }
  figure.bookkit = {spec, move, set, program};
}

root.bookkitLive = {version: VERSION, start};
start();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
})(typeof globalThis === "undefined" ? this : globalThis);

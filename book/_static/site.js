// What the theme leaves out for readers who listen to the page.
document.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll(".bd-sidenav summary")) {
    const chapter = summary.parentElement.previousElementSibling.textContent;
    summary.setAttribute("aria-label", `Pages under ${chapter}`);
  }
  // What these controls show (Search Ctrl+K; the mode that is on; Show code) is a better name.
  const named = ".search-button-field, .theme-switch-button, details.hide > summary";
  for (const control of document.querySelectorAll(named)) control.removeAttribute("aria-label");
  for (const list of document.querySelectorAll(".citation-list")) list.removeAttribute("role");
});

// By keyboard, a way past the contents to the first live figure: the next Tab is its first slider.
document.addEventListener("DOMContentLoaded", () => {
  const figure = document.querySelector("figure.live"), skip = document.querySelector("#pst-skip-link");
  if (!figure || !skip) return;
  const link = skip.firstElementChild.cloneNode();
  Object.assign(link, {href: `#${figure.id}`, textContent: "Skip to the first live figure"});
  skip.append(link);
});

// What the self-checks and the figures keep in this browser, and one button that forgets it all.
const OURS = "gradients-through-time/";
const kept = () => {
  try { return Object.keys(localStorage).filter(key => key.startsWith(OURS)); } catch { return []; }
};
document.addEventListener("DOMContentLoaded", () => {
  const button = document.createElement("button");
  Object.assign(button, {type: "button", className: "forget", textContent: "Forget my answers and fits"});
  button.title = "On all pages of this book, in this browser. Nothing was ever sent.";
  button.onclick = () => {
    kept().forEach(key => localStorage.removeItem(key));
    location.reload();
  };
  const look = () => { button.hidden = !kept().length; };
  document.addEventListener("click", () => setTimeout(look));
  document.querySelector("footer.bd-footer-content .footer-item:last-child")?.append(button);
  look();
});

// A formula that is wider than its column is set smaller, so that its end, the result, is seen.
const SMALLEST = 0.7;
const fit = () => {
  for (const formula of document.querySelectorAll("div.math mjx-container")) {
    formula.dataset.size ??= parseFloat(getComputedStyle(formula).fontSize);
    formula.style.fontSize = `${formula.dataset.size}px`;
    const wide = formula.querySelector("mjx-math").getBoundingClientRect().width;
    const room = formula.closest("div.math").clientWidth;
    const part = Math.max(SMALLEST, Math.min(1, (room - 2) / wide));
    formula.style.fontSize = `${part * formula.dataset.size}px`;
  }
};
addEventListener("load", () => window.MathJax?.startup?.promise.then(fit));
addEventListener("resize", fit);

// Paper is white: a page goes to print in its light theme, with formulas that fit the paper.
addEventListener("beforeprint", () => {
  const root = document.documentElement.dataset;
  root.screen = root.theme;
  root.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = document.documentElement.dataset.screen; });

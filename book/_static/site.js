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

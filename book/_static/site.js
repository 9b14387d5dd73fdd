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

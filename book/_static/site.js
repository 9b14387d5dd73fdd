// What the theme leaves out for readers who listen to the page.
document.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll(".bd-sidenav summary")) {
    const chapter = summary.parentElement.previousElementSibling.textContent;
    summary.setAttribute("aria-label", `Pages under ${chapter}`);
  }
  // What these two buttons show (Search Ctrl+K; the mode that is on) is a better name.
  for (const button of document.querySelectorAll(".search-button-field, .theme-switch-button")) {
    button.removeAttribute("aria-label");
  }
  for (const list of document.querySelectorAll(".citation-list")) list.removeAttribute("role");
});

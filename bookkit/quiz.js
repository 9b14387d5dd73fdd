// Self-checks: show the words that belong to a choice, and remember the choice in this browser.
// Without this script the words stand in a closed <details> below each question.
(() => {
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, text) => { try { localStorage.setItem(key, text); } catch { /* private mode */ } };

  for (const form of document.querySelectorAll("form.selfcheck:not([data-on])")) {
    form.dataset.on = "";
    form.onsubmit = () => false;
    const tally = form.querySelector("output");
    const count = () => {
      const right = form.querySelectorAll("input[data-right]:checked").length;
      if (tally) tally.textContent = right ? `${right} of ${tally.dataset.of} right` : "";
    };
    form.querySelectorAll("fieldset").forEach((question, index) => {
      const key = `gradients-through-time/${form.dataset.name}/${index}`;
      const inputs = [...question.querySelectorAll("input")];
      const details = question.querySelector("details");
      const words = [...details.querySelectorAll("p")];
      const said = document.createElement("div");
      said.setAttribute("aria-live", "polite");
      said.append(...words);
      details.replaceWith(said);
      const show = (choice) => {
        words.forEach((p, i) => { p.hidden = i !== Math.min(choice, words.length - 1); });
        count();
      };
      inputs.forEach((input, i) => {
        input.onchange = () => { keep(key, input.value); show(i); };
        input.checked = input.value === recall(key);
      });
      show(inputs.findIndex((input) => input.checked));
    });
  }
})();

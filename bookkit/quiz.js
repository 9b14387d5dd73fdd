// Self-checks: "Check" shows the words that belong to a choice and remembers it in this browser,
// "Clear" forgets it. Arrow keys only choose, so nobody hears a verdict on the way to an answer.
// Without this script the words stand in a closed <details> below each question.
(() => {
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, text) => {
    try {
      if (text === null) localStorage.removeItem(key); else localStorage.setItem(key, text);
    } catch { /* private mode */ }
  };
  const button = (text, press) => {
    const made = Object.assign(document.createElement("button"), {type: "button", textContent: text});
    made.addEventListener("click", press);
    return made;
  };

  for (const form of document.querySelectorAll("form.selfcheck:not([data-on])")) {
    form.dataset.on = "";
    form.onsubmit = () => false;
    const tally = form.querySelector("output");
    const count = () => {
      const right = form.querySelectorAll("fieldset[data-checked] input[data-right]:checked").length;
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
      const chosen = () => inputs.findIndex((input) => input.checked);
      const show = (checked) => {
        const choice = chosen();
        words.forEach((p, i) => { p.hidden = !checked || i !== Math.min(choice, words.length - 1); });
        question.toggleAttribute("data-checked", checked);
        check.disabled = choice < 0 || checked;
        clear.disabled = choice < 0;
        count();
      };
      const check = button("Check", () => {
        keep(key, inputs[chosen()].value);
        show(true);
        clear.focus();  // a button that is pressed and done would lose the keyboard's place
      });
      const clear = button("Clear", () => {
        for (const input of inputs) input.checked = false;
        keep(key, null);
        show(false);
        inputs[0].focus();
      });
      const row = document.createElement("div");
      row.className = "buttons";
      row.append(check, clear);
      details.replaceWith(row, said);
      inputs.forEach((input) => {
        input.onchange = () => show(false);
        input.checked = input.value === recall(key);
      });
      show(chosen() >= 0);
    });
  }
})();

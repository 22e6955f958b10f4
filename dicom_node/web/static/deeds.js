// What an administrator does to an analysis: restart it, put it first, take it out of the queue.
import { ask, notice } from "./page.js";

const SAID = { retry: "is queued again, before all others", prioritise: "is first in line", resend: "is sent again", cancel: "is out of the queue" };
const dialog = document.getElementById("cancelling");

// Listens to the buttons of the page, those too that come later; `done` is called with what was done, or refused.
export function offerDeeds(done) {
  if (!dialog) return;
  const act = (given) => acted(given).then(() => done(given));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-deed]");
    if (!button) return;
    if (button.dataset.deed === "cancel") return asked(button.dataset);
    act({ ...button.dataset });
  });
  // Rows may have come anew meanwhile: the button that asked is another element by now.
  dialog.addEventListener("close", () => document.querySelector(`[data-deed="cancel"][data-analysis="${CSS.escape(dialog.dataset.analysis)}"]`)?.focus());
  dialog.querySelector("[data-keep]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    act({ ...dialog.dataset, deed: "cancel", why: event.target.elements.why.value });
  });
}

function asked({ analysis, study }) {
  Object.assign(dialog.dataset, { analysis, study });
  dialog.querySelector("[data-what]").textContent = `study ${study}`;
  dialog.querySelector("form").reset();
  dialog.showModal();
}

async function acted({ deed, analysis, study, why }) {
  try {
    await ask(`/api/v1/analyses/${analysis}/${deed}`, { method: "POST", json: why && { why } });
    notice(`Study ${study} ${SAID[deed]}.`);
  } catch (fault) {
    notice(fault.message, true);
  }
}

// A case or slice without a picture: slices to choose from where the series could be read; the page comes again when
// something of it moved, also while it was loading.
import { Around } from "./around.js";
import { offerDeeds } from "./deeds.js";
import { ask, news, notice } from "./page.js";

const box = document.getElementById("around");

async function choose(index) {
  try {
    await ask(`/api/v1/analyses/${box.dataset.analysis}/slice`, { method: "POST", json: { index } });
    location.assign(location.pathname);
  } catch (fault) {
    notice(fault.message, true);
  }
}

if (box) new Around(box, choose);

const head = document.querySelector("[data-entities]");
const ours = new Set((head?.dataset.entities ?? "").split(","));

// Not under somebody who is answering a question.
const again = () => document.querySelector("dialog[open]") || location.reload();

async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.ok && fresh.querySelector("[data-entities]")?.textContent !== head?.textContent) again();
}

news(
  (moved) => moved.some((name) => ours.has(name)) && again(),
  (on) => on && look(),
);
offerDeeds(() => location.reload());

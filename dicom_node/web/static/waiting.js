// A case or slice without a picture: slices to choose from where the series could be read; the page comes again when
// something of it moved, also while it was loading.
import { Around } from "./around.js";
import { offerDeeds } from "./deeds.js";
import { ask, movedOn, news, notice } from "./page.js";

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

const ours = new Set((document.querySelector("[data-entities]")?.dataset.entities ?? "").split(","));

// Not under somebody who is answering a question.
const again = () => document.querySelector("dialog[open]") || location.reload();

const look = () => movedOn().then((moved) => moved && again());

news(
  (moved) => moved.some((name) => ours.has(name)) && again(),
  (on) => on && look(),
  look,
);
offerDeeds(() => location.reload());

// A case without a picture: slices to choose from where the series could be read; the page comes again when
// something of it moved.
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

const ours = new Set((document.querySelector("[data-entities]")?.dataset.entities ?? "").split(","));
news((moved) => moved.some((name) => ours.has(name)) && location.reload());
offerDeeds(() => location.reload());

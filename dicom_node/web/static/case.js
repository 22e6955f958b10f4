// The page of a case, and that of a slice that somebody uploaded: what is shown and what can be done with it.
import { ask, movedOn, news, notice, typing } from "./page.js";
import { Around } from "./around.js";
import { offerDeeds } from "./deeds.js";
import { Folds } from "./folds.js";
import { Review } from "./review.js";
import { SliceView, array } from "./slice.js";

const stage = document.querySelector(".stage[data-from]");
const byId = (id) => document.getElementById(id);

async function opened() {
  const view = new SliceView(stage.querySelector("canvas"));
  const base = stage.dataset.from;
  const [image, labels] = await Promise.all([array(`${base}/image`, Int16Array), array(`${base}/labels`, Uint8Array)]);
  view.show(image, labels.data);
  return { view, automatic: labels.data, folds: new Folds(view, base, labels.data) };
}

function looks({ view, folds }) {
  for (const button of document.querySelectorAll("[data-window]"))
    button.addEventListener("click", () => {
      view.window(...button.dataset.window.split("/").map(Number));
      for (const other of document.querySelectorAll("[data-window]")) other.setAttribute("aria-pressed", other === button);
      byId("window").textContent = `W ${view.width} C ${view.centre}`;
    });
  for (const slider of document.querySelectorAll("[data-opacity]"))
    slider.addEventListener("input", () => {
      view.opacity[slider.dataset.opacity] = Number(slider.value) / 100;
      view.recolour();
    });
  byId("fit").addEventListener("click", () => view.fit());
  let hidden = null;
  const toggle = () => {
    [view.opacity, hidden] = hidden ? [hidden, null] : [[0, 0, 0, 0], view.opacity];
    byId("mask").setAttribute("aria-pressed", hidden === null);
    view.recolour();
  };
  byId("mask").addEventListener("click", toggle);
  byId("differ")?.addEventListener("click", (event) => folds.disagreement(event.currentTarget));
  hovering(view);
  addEventListener("keydown", (event) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { h: toggle, d: () => byId("differ")?.click(), "+": () => view.zoomed(1.25), "-": () => view.zoomed(0.8), 0: () => view.fit() }[event.key];
    if (act) act();
    const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
    if (step && event.target === view.canvas && !view.painting) {
      event.preventDefault();
      view.panned(...step);
    }
  });
}

function hovering(view) {
  let dragging = null;
  view.canvas.addEventListener("pointermove", (event) => {
    if (dragging) view.panned(event.clientX - dragging[0], event.clientY - dragging[1]);
    dragging = dragging && [event.clientX, event.clientY];
    const [column, row] = view.place(event).map(Math.floor);
    const inside = row >= 0 && column >= 0 && row < view.rows && column < view.columns;
    byId("hu").textContent = inside ? `${view.hu[row * view.columns + column]} HU` : "";
  });
  view.canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && view.painting && !event.shiftKey) return;
    dragging = [event.clientX, event.clientY];
    view.canvas.setPointerCapture(event.pointerId);
  });
  view.canvas.addEventListener("pointerup", () => (dragging = null));
  view.canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

let review = null;

async function reviewed({ view, automatic, folds }) {
  const box = byId("around");
  if (stage.dataset.api) {
    view.labels = automatic.slice();
    review = new Review(view, automatic, folds, stage.dataset);
    await review.restore();
  }
  if (box) new Around(box, (index) => review.slice(index));
}

if (stage)
  opened()
    .then((found) => {
      looks(found);
      return reviewed(found);
    })
    .then(() => (stage.dataset.ready = "yes"))
    .catch((fault) => notice(`The slice can't be shown: ${fault.message}`, true));

offerDeeds(() => location.reload());
const ours = new Set((document.querySelector("[data-entities]")?.dataset.entities ?? "").split(","));
const stir = () => document.dispatchEvent(new CustomEvent("moved"));
news(
  (moved) => moved.some((name) => ours.has(name)) && stir(),
  () => {},
  () => movedOn().then((moved) => moved && stir()),
);
document.addEventListener("moved", () => {
  if (review?.over) return;
  if (review?.brush.dirty) notice("This case moved on meanwhile. Your mask is saved; load the page again to see what happened.", true);
  else location.reload();
});

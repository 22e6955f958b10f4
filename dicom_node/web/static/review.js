// What a reviewer does on the case page: tools by button and key, live numbers, autosave, the decision.
import { ask, notice, packed, typing } from "./page.js";
import { Brush } from "./brush.js";
import { array } from "./slice.js";

const byId = (id) => document.getElementById(id);
const SAVE_AFTER = 800;
const MEASURE_AFTER = 120;

export class Review {
  // `api` takes what is painted, `from` is where the arrays come from.
  constructor(view, automatic, folds, { api, from }) {
    Object.assign(this, { view, automatic, folds, address: api, base: from });
    this.version = 0;
    this.changes = 0;
    this.asked = 0;
    this.saves = Promise.resolve();
    this.busy = false;
    this.brush = new Brush(view, automatic, (what) => this.changed(what));
    this.keys = {
      v: () => this.take("hand"),
      p: () => this.take("pen"),
      e: () => this.take("eraser"),
      f: () => this.take("fill"),
      1: () => this.tissue(1),
      2: () => this.tissue(2),
      3: () => this.tissue(3),
      "[": () => this.size(-1),
      "]": () => this.size(1),
      l: () => this.limit(!this.brush.limited),
      z: () => this.brush.undo(),
      y: () => this.brush.redo(),
      r: () => this.reset(),
      g: () => byId("reference")?.click(),
      a: () => byId("approve")?.click(),
      x: () => this.rejecting(),
    };
    this.bind();
  }

  bind() {
    for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => this.take(button.dataset.tool));
    for (const button of document.querySelectorAll("[data-tissue-key]")) button.addEventListener("click", () => this.tissue(Number(button.dataset.tissueKey)));
    byId("size").addEventListener("input", (event) => (this.brush.radius = Number(event.target.value)));
    byId("limit").addEventListener("change", (event) => this.limit(event.target.checked));
    const clicks = { undo: () => this.brush.undo(), redo: () => this.brush.redo(), reset: () => this.reset(), clear: () => this.brush.replace(new Uint8Array(this.automatic.length), true), reference: () => this.reference(), approve: () => this.approve() };
    for (const [id, act] of Object.entries(clicks)) byId(id)?.addEventListener("click", act);
    byId("fold")?.addEventListener("change", (event) => this.fold(event.target));
    byId("body")?.addEventListener("submit", (event) => this.state(event));
    byId("reject")?.addEventListener("submit", (event) => this.reject(event));
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => this.unsaved && event.preventDefault());
  }

  key(event) {
    if (typing(event) || event.altKey || this.brush.key(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.key !== "z" && event.key !== "y") return;
    const act = this.keys[event.shiftKey && event.key === "Z" ? "y" : event.key];
    if (!act || event.target.closest("dialog")) return;
    event.preventDefault();
    act();
  }

  take(tool) {
    this.brush.take(tool);
    for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  }

  tissue(number) {
    this.brush.tissue = number;
    if (this.brush.tool === "hand" || this.brush.tool === "eraser") this.take("pen");
    for (const button of document.querySelectorAll("[data-tissue-key]")) button.setAttribute("aria-pressed", Number(button.dataset.tissueKey) === number);
  }

  size(step) {
    const slider = byId("size");
    slider.value = Number(slider.value) + step;
    this.brush.radius = Number(slider.value);
    if (this.view.ring) this.view.ring[2] = this.brush.radius;
    this.view.draw();
  }

  limit(on) {
    this.brush.limited = byId("limit").checked = on;
  }

  reset() {
    this.brush.replace(this.automatic);
  }

  async fold(select) {
    const number = Number(select.value);
    select.value = "";
    this.brush.replace(await this.folds.labels(number));
  }

  // The outline of the other reader's labels, over those that are painted.
  async reference() {
    this.others ??= (await array(`${this.base}/reference`, Uint8Array)).data;
    this.view.outline = this.view.outline ? null : this.others;
    byId("reference").setAttribute("aria-pressed", this.view.outline !== null);
    this.view.recolour();
  }

  decision(text) {
    if (byId("approve")) byId("approve").textContent = text;
  }

  changed({ open, dirty }) {
    if (open) return notice("That region is open: the fill would run over the slice.", true);
    this.unsaved = true;
    this.changes++;
    this.decision(dirty ? "Send my correction" : "Approve and send");
    byId("saved").textContent = "not saved yet";
    clearTimeout(this.measuring);
    this.measuring = setTimeout(() => this.measure(), MEASURE_AFTER);
    clearTimeout(this.saving);
    // One after another: each says the version that the one before has made.
    this.saving = setTimeout(() => this.save(), SAVE_AFTER);
  }

  // A single slice has no patient, and no index.
  index(value) {
    if (!byId("smi")) return;
    byId("smi").hidden = value === null;
    byId("no-smi").hidden = value !== null;
    document.querySelector("[data-smi]").textContent = value === null ? "" : value.toFixed(1);
  }

  async measure() {
    const turn = ++this.asked;
    try {
      const told = await (await ask(`${this.address}/measure`, { method: "POST", body: await packed(this.view.labels), headers: OCTETS })).json();
      if (turn !== this.asked) return; // a later one is on its way
      const shown = (value, digits = 1) => (value === null ? "–" : value.toFixed(digits));
      for (const [name, one] of Object.entries(told.tissues)) {
        const cells = document.querySelectorAll(`tr[data-tissue="${name}"] td.n`);
        [one.area_m29_150_cm2, one.hu_m29_150_mean, one.area_mask_cm2, one.hu_mask_mean].forEach((value, i) => (cells[i].textContent = shown(value)));
        const dice = document.querySelector(`[data-dice="${name}"]`);
        if (dice) dice.textContent = shown(told.dice[name], 3);
      }
      this.compared(told.reference);
      this.index(told.smi_m29_150_cm2_m2);
      byId("dice").hidden = !this.brush.dirty;
      byId("same").hidden = this.brush.dirty;
      document.body.dataset.measured = String(Number(document.body.dataset.measured ?? 0) + 1);
    } catch (fault) {
      notice(`Not measured: ${fault.message}`, true);
    }
  }

  // Against the labels of another reader, where there are some.
  compared(reference) {
    for (const [name, one] of Object.entries(reference ?? {}))
      for (const [what, value] of Object.entries(one)) {
        const cell = document.querySelector(`[data-reference="${name}"] [data-what="${what}"]`);
        cell.textContent = typeof value === "number" ? value.toFixed(what === "dice" ? 3 : 1) : "–";
        cell.title = typeof value === "number" ? "" : value;
      }
  }

  // One after another: the next save is over the version that the last one made.
  save() {
    this.saves = this.saves.then(() => this.saveNow());
    return this.saves;
  }

  async saveNow() {
    const saved = this.changes;
    try {
      const answer = await ask(`${this.address}/draft?painted=${this.brush.painted}`, { method: "PUT", body: await packed(this.view.labels), headers: { ...OCTETS, "x-version": String(this.version) } });
      this.version = (await answer.json()).version;
      if (saved !== this.changes) return; // painted meanwhile: saved soon
      this.unsaved = false;
      byId("saved").textContent = "saved";
    } catch (fault) {
      byId("saved").textContent = "not saved";
      notice(fault.message, true);
    }
  }

  // What was painted before, by this reviewer or another.
  async restore() {
    const answer = await ask(`${this.address}/draft`);
    if (answer.status === 204) return;
    this.version = Number(answer.headers.get("x-version"));
    const labels = new Uint8Array(await answer.arrayBuffer());
    this.brush.painted = answer.headers.get("x-painted") === "1";
    if (!this.brush.painted && labels.every((label, i) => label === this.view.labels[i])) return;
    this.view.labels.set(labels);
    this.view.recolour();
    this.decision("Send my correction");
    byId("saved").textContent = `as ${answer.headers.get("x-saved-by")} left it`;
    this.measure();
  }

  async decided(path, given) {
    if (this.busy) return;
    this.busy = byId("approve").disabled = true;
    clearTimeout(this.saving);
    try {
      await this.saves;
      const headers = { ...given.headers, "x-version": String(this.version) };
      const told = await (await ask(`${this.address}/${path}`, { method: "POST", ...given, headers })).json();
      this.unsaved = false;
      this.over = true;
      return told;
    } catch (fault) {
      notice(fault.message, true);
    } finally {
      this.busy = byId("approve").disabled = false;
    }
  }

  async approve() {
    const { brush } = this;
    const told = brush.dirty
      ? await this.decided(`correct?painted=${brush.painted}`, { body: await packed(this.view.labels), headers: OCTETS })
      : await this.decided("approve", {});
    if (told) location.assign(told.next);
  }

  rejecting() {
    if (!byId("rejection")) return;
    byId("rejection").open = true;
    byId("why").focus();
  }

  async reject(event) {
    event.preventDefault();
    const told = await this.decided("reject", { json: { why: byId("why").value } });
    if (told) location.assign(told.next);
  }

  async state(event) {
    event.preventDefault();
    const [height, weight] = ["height", "weight"].map((id) => (byId(id).value ? Number(byId(id).value) : null));
    try {
      await ask(`${this.address}/body`, { method: "POST", json: { height_m: height, weight_kg: weight } });
    } catch (fault) {
      return notice(fault.message, true);
    }
    const name = byId("stated");
    name.hidden = name.nextElementSibling.hidden = false;
    name.nextElementSibling.textContent = [height && `${height.toFixed(2)} m`, weight && `${weight.toFixed(1)} kg`].filter(Boolean).join(", ") + " as you state it";
    await this.measure();
    notice("Stated. It counts with your decision.");
  }

  async slice(index) {
    if (await this.decided("slice", { json: { index } })) location.assign(location.pathname);
  }
}

const OCTETS = { "content-type": "application/octet-stream" };

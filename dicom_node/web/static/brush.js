// Painting on the labels of a SliceView: pen, eraser, fill, undo.  Changes `view.labels` in place and tells `changed`.
const MOST_UNDONE = 100;
const MUSCLE = [-29, 150];
const TOO_OPEN = 0.2; // of the slice: a fill that runs out of its region

export class Brush {
  constructor(view, automatic, changed) {
    Object.assign(this, { view, automatic, changed });
    this.tool = "hand";
    this.tissue = 1;
    this.radius = 5; // pixels of the slice
    this.limited = true;
    this.painted = false; // begun from an empty mask
    this.before = [];
    this.after = [];
    this.last = null;
    this.cursor = null;
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.began(event));
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.ended());
    canvas.addEventListener("pointerleave", () => this.ring(null));
  }

  take(tool) {
    this.tool = tool;
    this.view.painting = tool !== "hand";
    if (tool === "hand") this.ring(null);
  }

  began(event) {
    if (!this.view.painting || event.button !== 0 || event.shiftKey) return;
    this.view.canvas.setPointerCapture(event.pointerId);
    const place = this.view.place(event);
    this.remember();
    if (this.tool === "fill") return this.filled(...place.map(Math.floor));
    this.last = place;
    this.line(place, place);
  }

  moved(event) {
    if (!this.view.painting) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const place = this.view.place(one);
      if (this.last) this.line(this.last, place);
      if (this.last) this.last = place;
    }
    this.ring(this.view.place(event));
  }

  ended() {
    if (this.last) this.done();
    this.last = null;
  }

  ring(place) {
    this.view.ring = place && this.tool !== "fill" ? [...place, this.radius] : null;
    this.view.draw();
  }

  // A line of dabs, close enough to leave no gap.
  line(from, to) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / Math.max(this.radius / 2, 0.5)));
    for (let step = 0; step <= steps; step++) this.dab(from[0] + ((to[0] - from[0]) * step) / steps, from[1] + ((to[1] - from[1]) * step) / steps);
    this.view.recolour();
  }

  dab(x, y) {
    const { view, radius } = this;
    const flat = view.aspect(); // a circle in mm
    for (let row = Math.max(0, Math.floor(y - radius / flat)); row <= Math.min(view.rows - 1, y + radius / flat); row++)
      for (let column = Math.max(0, Math.floor(x - radius)); column <= Math.min(view.columns - 1, x + radius); column++)
        if ((column + 0.5 - x) ** 2 + ((row + 0.5 - y) * flat) ** 2 <= radius ** 2) this.put(row * view.columns + column);
  }

  put(i) {
    if (this.tool === "eraser") this.view.labels[i] = 0;
    else if (!this.limited || this.muscle(i)) this.view.labels[i] = this.tissue;
  }

  muscle(i) {
    return this.view.hu[i] >= MUSCLE[0] && this.view.hu[i] <= MUSCLE[1];
  }

  // Gives the region of equal labels around a pixel to the class in hand; false for one that is open.
  filled(column, row) {
    const { view } = this;
    const start = row * view.columns + column;
    const from = view.labels[start];
    if (column < 0 || row < 0 || column >= view.columns || row >= view.rows || from === this.tissue) return true;
    const seen = new Uint8Array(view.labels.length);
    const region = [];
    const waiting = [start];
    seen[start] = 1;
    while (waiting.length) {
      const i = waiting.pop();
      region.push(i);
      for (const next of [i - 1, i + 1, i - view.columns, i + view.columns])
        if (!seen[next] && view.labels[next] === from && (from || !this.limited || this.muscle(next))) {
          seen[next] = 1;
          waiting.push(next);
        }
    }
    if (region.length > TOO_OPEN * view.labels.length) {
      this.before.pop();
      this.changed({ open: true });
      return false;
    }
    for (const i of region) if (!this.limited || from || this.muscle(i)) view.labels[i] = this.tissue;
    view.recolour();
    this.done();
    return true;
  }

  remember() {
    this.before.push([this.view.labels.slice(), this.painted]);
    if (this.before.length > MOST_UNDONE) this.before.shift();
    this.after = [];
  }

  swap(from, to) {
    if (!from.length) return;
    to.push([this.view.labels.slice(), this.painted]);
    const [labels, painted] = from.pop();
    this.view.labels.set(labels);
    this.painted = painted;
    this.view.recolour();
    this.done();
  }

  undo() {
    this.swap(this.before, this.after);
  }

  redo() {
    this.swap(this.after, this.before);
  }

  // Takes other labels as a whole: automatic ones, those of a fold, none.
  replace(labels, painted = false) {
    this.remember();
    this.view.labels.set(labels);
    this.painted = painted;
    this.view.recolour();
    this.done();
  }

  get dirty() {
    return this.painted || this.view.labels.some((label, i) => label !== this.automatic[i]);
  }

  done() {
    this.changed({ dirty: this.dirty });
  }

  // Painting without a mouse: the ring goes where the arrows say, the space bar dabs.
  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!this.view.painting || event.target !== this.view.canvas || !(step || event.key === " ")) return false;
    event.preventDefault();
    this.cursor ??= [this.view.columns / 2, this.view.rows / 2];
    const far = event.shiftKey ? 10 : 2;
    if (step) this.cursor = [this.cursor[0] + far * step[0], this.cursor[1] + far * step[1]];
    else {
      this.remember();
      if (this.tool === "fill") this.filled(...this.cursor.map(Math.floor));
      else {
        this.line(this.cursor, this.cursor);
        this.done();
      }
    }
    this.view.ring = [...this.cursor, this.radius];
    this.view.draw();
    return true;
  }
}

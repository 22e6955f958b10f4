// One CT slice with its label map on a 2D canvas: window, zoom, pan, a colour and an opacity for each class.
// Labels are a Uint8Array on the grid of the slice; nothing here changes them.
import { ask } from "./page.js";

export const COLOURS = [null, [255, 64, 64], [40, 208, 100], [80, 150, 255]];

export async function array(address, Kind) {
  const answer = await ask(address);
  const data = new Kind(await answer.arrayBuffer());
  const numbers = (name) => (answer.headers.get(name) ?? "").split(",").filter(Boolean).map(Number);
  return { data, shape: numbers("x-shape"), spacing: numbers("x-spacing-mm") };
}

// The run of places around the middle where `counts` is above `least`; all where the middle is empty.
function span(counts, least) {
  let [first, last] = [counts.length >> 1, counts.length >> 1];
  if (counts[first] <= least) return [0, counts.length];
  while (first > 0 && counts[first - 1] > least) first--;
  while (last < counts.length - 1 && counts[last + 1] > least) last++;
  return [first, last];
}

export class SliceView {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.width = 400;
    this.centre = 50;
    this.opacity = [0, 0.35, 0.35, 0.35];
    this.labels = null;
    this.differ = null; // Float32Array 0..1, drawn instead of the labels where set
    this.outline = null; // labels of which only the border is drawn, over everything
    this.zoom = 1;
    this.offset = [0, 0];
    this.ring = null; // [column, row, radius] of the brush, in pixels of the slice
    new ResizeObserver(() => this.resized()).observe(canvas);
    canvas.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
  }

  show(image, labels) {
    [this.rows, this.columns] = image.shape;
    this.spacing = image.spacing;
    this.hu = image.data;
    this.labels = labels;
    this.grey = new OffscreenCanvas(this.columns, this.rows);
    this.tint = new OffscreenCanvas(this.columns, this.rows);
    this.fit();
  }

  resized() {
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    if (this.hu) this.fit();
  }

  // The body fills the canvas: air around it is left out.
  fit() {
    const across = new Uint32Array(this.rows);
    const down = new Uint32Array(this.columns);
    for (let i = 0; i < this.hu.length; i++)
      if (this.hu[i] > -300) {
        across[Math.floor(i / this.columns)]++;
        down[i % this.columns]++;
      }
    const [top, bottom] = span(across, this.columns / 6); // a table is thin
    const [left, right] = span(down, this.rows / 12);
    const aspect = this.aspect();
    const [w, h] = [right - left + 24, (bottom - top + 24) * aspect];
    this.zoom = Math.min(this.canvas.width / w, this.canvas.height / h);
    this.offset = [
      (this.canvas.width - (left + right) * this.zoom) / 2,
      (this.canvas.height - (top + bottom) * this.zoom * aspect) / 2,
    ];
    this.redraw();
  }

  aspect() {
    return this.spacing[0] / this.spacing[1];
  }

  // Position on the slice (column, row) of a pointer event.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * this.canvas.width) / box.width;
    const y = ((event.clientY - box.top) * this.canvas.height) / box.height;
    return [(x - this.offset[0]) / this.zoom, (y - this.offset[1]) / this.zoom / this.aspect()];
  }

  zoomed(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const zoom = Math.min(Math.max(this.zoom * factor, 0.2), 40);
    this.offset = [x - ((x - this.offset[0]) * zoom) / this.zoom, y - ((y - this.offset[1]) * zoom) / this.zoom];
    this.zoom = zoom;
    this.draw();
  }

  panned(dx, dy) {
    const ratio = this.canvas.width / this.canvas.clientWidth;
    this.offset = [this.offset[0] + dx * ratio, this.offset[1] + dy * ratio];
    this.draw();
  }

  wheeled(event) {
    event.preventDefault();
    const ratio = this.canvas.width / this.canvas.clientWidth;
    this.zoomed(Math.exp(-event.deltaY / 400), event.offsetX * ratio, event.offsetY * ratio);
  }

  window(width, centre) {
    [this.width, this.centre] = [width, centre];
    this.redraw();
  }

  redraw() {
    if (!this.hu) return;
    const picture = new ImageData(this.columns, this.rows);
    const low = this.centre - this.width / 2;
    for (let i = 0, o = 0; i < this.hu.length; i++, o += 4) {
      const grey = ((this.hu[i] - low) * 255) / this.width;
      picture.data[o] = picture.data[o + 1] = picture.data[o + 2] = grey; // clamped by the array
      picture.data[o + 3] = 255;
    }
    this.grey.getContext("2d").putImageData(picture, 0, 0);
    this.recolour();
  }

  recolour() {
    if (!this.hu) return;
    const picture = new ImageData(this.columns, this.rows);
    const put = (o, colour, alpha) => {
      [picture.data[o], picture.data[o + 1], picture.data[o + 2]] = colour;
      picture.data[o + 3] = alpha * 255;
    };
    if (this.differ) this.differ.forEach((part, i) => part && put(4 * i, [255, 200, 60], 0.25 + 0.75 * part));
    else if (this.labels)
      for (let i = 0, o = 0; i < this.labels.length; i++, o += 4) {
        const label = this.labels[i];
        if (label) put(o, COLOURS[label], this.opacity[label] + (this.opacity[label] && this.edge(this.labels, i) ? 0.45 : 0));
      }
    if (this.outline) this.outline.forEach((label, i) => label && this.edge(this.outline, i) && put(4 * i, [255, 255, 255], 0.9));
    this.tint.getContext("2d").putImageData(picture, 0, 0);
    this.draw();
  }

  edge(labels, i) {
    return [i - 1, i + 1, i - this.columns, i + this.columns].some((next) => labels[next] !== labels[i]);
  }

  draw() {
    if (!this.hu) return;
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(this.zoom, 0, 0, this.zoom * this.aspect(), ...this.offset);
    context.imageSmoothingEnabled = this.zoom < 3;
    context.drawImage(this.grey, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.tint, 0, 0);
    if (this.ring) this.drawRing(...this.ring);
  }

  drawRing(column, row, radius) {
    const { context } = this;
    context.lineWidth = 1.5 / this.zoom;
    context.strokeStyle = "#fff";
    context.beginPath();
    context.arc(column, row, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

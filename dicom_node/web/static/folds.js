// The folds' own labels: taken one by one, or shown where they say otherwise than the result.
import { array } from "./slice.js";

export class Folds {
  constructor(view, base, automatic) {
    Object.assign(this, { view, base, automatic });
    this.kept = null;
  }

  async all() {
    this.kept ??= await array(`${this.base}/folds`, Uint8Array);
    return this.kept;
  }

  async labels(number) {
    const { data, shape } = await this.all();
    return data.subarray(number * shape[1] * shape[2], (number + 1) * shape[1] * shape[2]);
  }

  // The part of the folds that say otherwise than the result, pixel by pixel.
  async disagreement(button) {
    if (this.view.differ) this.view.differ = null;
    else {
      const { data, shape } = await this.all();
      const pixels = shape[1] * shape[2];
      this.view.differ = Float32Array.from({ length: pixels }, (_, i) => {
        let other = 0;
        for (let fold = 0; fold < shape[0]; fold++) other += data[fold * pixels + i] !== this.automatic[i];
        return other / shape[0];
      });
    }
    button.setAttribute("aria-pressed", this.view.differ !== null);
    this.view.recolour();
  }
}

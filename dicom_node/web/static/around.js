// The slices around L3 from their sheet: look through them, take another one.
export class Around {
  constructor(box, choose) {
    this.slices = JSON.parse(box.dataset.slices); // [[index, mm above the one taken or the lowest], ...] caudal first
    this.canvas = box.querySelector("canvas");
    this.slider = box.querySelector("input[type=range]");
    this.told = box.querySelector("output");
    this.button = box.querySelector("[data-take]");
    this.taken = box.dataset.taken ? Number(box.dataset.taken) : null;
    this.sheet = new Image();
    this.sheet.onload = () => this.show();
    this.sheet.src = box.dataset.sheet;
    this.slider.addEventListener("input", () => this.show());
    this.button?.addEventListener("click", () => choose(this.slices[this.slider.value][0]));
    for (const one of box.querySelectorAll("[data-candidate]")) one.addEventListener("click", () => this.to(Number(one.dataset.candidate)));
    addEventListener("keydown", (event) => {
      const step = { PageUp: 1, PageDown: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.slider.value = Number(this.slider.value) + step;
      this.show();
    });
    const middle = this.slices[this.slices.length >> 1][0];
    this.to(this.taken ?? Number(box.querySelector("[data-candidate]")?.dataset.candidate ?? middle));
  }

  to(index) {
    const near = this.slices.map(([at]) => Math.abs(at - index));
    this.slider.value = near.indexOf(Math.min(...near));
    this.show();
  }

  where(above) {
    const far = `${Math.abs(above).toFixed(0)} mm`;
    if (this.taken === null) return `${far} above the lowest`;
    return Math.abs(above) < 0.05 ? "the one taken" : `${far} ${above > 0 ? "higher" : "lower"}`;
  }

  show() {
    const [index, above] = this.slices[this.slider.value];
    this.told.value = `slice ${index}, ${this.where(above)}`;
    if (this.button) this.button.disabled = index === this.taken;
    if (!this.sheet.naturalWidth) return;
    const side = this.sheet.naturalWidth / Math.ceil(Math.sqrt(this.slices.length));
    const across = Math.round(this.sheet.naturalWidth / side);
    const number = Number(this.slider.value);
    [this.canvas.width, this.canvas.height] = [side, side];
    this.canvas.getContext("2d").drawImage(this.sheet, (number % across) * side, Math.floor(number / across) * side, side, side, 0, 0, side, side);
  }
}

// What is asked of every page: can it be read, has everything a name, does one see the focus?  WCAG 2.2, level AA.
const parts = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const light = (rgb) => rgb.slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
const called = (one) => `${one.tagName} ${one.id} ${one.className} ${one.textContent.trim().slice(0, 20)}`;
const all = (selector) => [...document.querySelectorAll(selector)];

function ratio(one, other) {
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function ground(element) {
  for (let one = element; one; one = one.parentElement) {
    const colour = parts(getComputedStyle(one).backgroundColor);
    if (colour.length === 3 || colour[3] > 0.9) return colour.slice(0, 3);
  }
  return [255, 255, 255];
}

window.audit = {
  // What is written in less than the contrast of 1.4.3; what is disabled, or drawn on the image, is exempt.
  contrast() {
    const poor = [];
    for (const element of all("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (!own || !element.checkVisibility() || element.disabled || element.closest(".stage, .sr, .skip")) continue;
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const found = ratio(parts(element instanceof SVGElement ? style.fill : style.color), ground(element));
      if (found < (large ? 3 : 4.5)) poor.push(`${called(element)}: contrast ${found.toFixed(2)}`);
    }
    return poor;
  },

  // Fields whose edge is hard to see (1.4.11).
  edges() {
    return all("input:not([type=hidden], [type=range], [type=checkbox]), select, textarea")
      .filter((one) => one.checkVisibility() && !one.closest(".sr"))
      .filter((one) => ratio(parts(getComputedStyle(one).borderTopColor), ground(one.parentElement)) < 3)
      .map((one) => `${called(one)}: edge`);
  },

  // What has no name, or is named twice; headings out of order; what runs out of the window.
  names() {
    const told = [];
    const tell = (what, found) => told.push(...found.map((one) => `${what}: ${typeof one === "string" ? one : called(one)}`));
    const labelled = (one) => one.ariaLabel || one.labels?.length || one.getAttribute("aria-labelledby") || one.title;
    const ids = all("[id]").map((one) => one.id);
    tell("id twice", ids.filter((id, i) => ids.indexOf(id) !== i));
    tell("no label", all("input:not([type=hidden]), select, textarea").filter((one) => !labelled(one)));
    tell("no name", all("button, a[href], summary").filter((one) => !one.textContent.trim() && !one.ariaLabel));
    tell("no text", all("img:not([alt]), canvas:not([aria-label])"));
    tell("tabindex", all("[tabindex]").filter((one) => one.tabIndex > 0));
    const named = (one) => one.getAttribute("for") ?? one.getAttribute("aria-labelledby");
    tell("names nobody", all("[for], [aria-labelledby]").filter((one) => !document.getElementById(named(one))));
    const levels = all("h1, h2, h3, h4").map((one) => Number(one.tagName[1]));
    const jumps = levels.some((level, i) => (i ? level > levels[i - 1] + 1 || level === 1 : level !== 1));
    tell("headings", jumps || !levels.length ? [levels.join()] : []);
    tell("not one", ["main", "head > title", "html[lang]"].filter((one) => all(one).length !== 1));
    const wide = document.documentElement.scrollWidth;
    tell("wider than the window", wide > innerWidth ? [String(wide)] : []);
    return told;
  },

  // The element with the focus, and whether one sees that it has it (2.4.7, 2.4.11); null for none.
  focus() {
    const one = document.activeElement;
    if (one === document.body) return null;
    const style = getComputedStyle(one);
    const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const seen = drawn && ratio(parts(style.outlineColor), ground(one.parentElement)) >= 3 && one.checkVisibility();
    return { name: `${all("*").indexOf(one)} ${called(one)}`, faults: seen ? [] : [`${called(one)}: focus is not seen`] };
  },
};

// The worklist follows the node: rows are asked for again when something moved, without losing place or focus.
import { offerDeeds } from "./deeds.js";
import { news, typing } from "./page.js";

const rows = document.getElementById("rows");
const live = document.getElementById("live");
let waiting = null;

// The same link or button; else what can be done to its row now, or its link.
function again({ href, deed, row }) {
  if (href) return rows.querySelector(`a[href="${CSS.escape(href)}"]`);
  return [`[data-deed="${deed}"]`, "[data-deed]", "a"].map((one) => rows.querySelector(`tr[data-href="${row}"] ${one}`)).find(Boolean);
}

// `wanted` is what has the focus afterwards, if nothing else has it.
async function refresh(wanted) {
  waiting = null;
  const answer = await fetch(location.href, { headers: { "x-fragment": "worklist", accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const active = document.activeElement;
  const focused = rows.contains(active)
    ? { href: active.getAttribute("href"), deed: active.dataset.deed, row: active.closest("tr")?.dataset.href }
    : active === document.body && wanted;
  rows.replaceChildren(...fresh.body.childNodes);
  if (focused) again(focused)?.focus();
}

news(
  () => (waiting ??= setTimeout(() => refresh(), 400)),
  (on) => (live.dataset.state = on ? "on" : "off"),
  refresh,
);

offerDeeds(({ deed, study }) => refresh({ deed, row: `/studies/${study}` }));

rows.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button")) location.assign(row.dataset.href);
});

const links = () => [...rows.querySelectorAll("tbody td a[href^='/studies/']")];
addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("text").focus();
  } else if (event.key === "j" || event.key === "k") {
    const all = links();
    const at = all.indexOf(document.activeElement);
    all[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), all.length - 1)]?.focus();
  }
});
for (const name of ["state", "sort"]) document.getElementById(name).addEventListener("change", (event) => event.target.form.requestSubmit());

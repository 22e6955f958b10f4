// The system page: its figures follow the node, and a destination is asked whether it answers.
import { ask, news, notice } from "./page.js";

const load = document.getElementById("load");
const live = document.getElementById("live");
const AT_MOST_EVERY = 3000;
const PATIENCE = 30000;
let waiting = null;

async function refresh() {
  waiting = null;
  const answer = await fetch("/system?part=load", { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  load.replaceChildren(...fresh.body.childNodes);
}

news(
  () => (waiting ??= setTimeout(refresh, AT_MOST_EVERY)),
  (on) => (live.dataset.state = on ? "on" : "off"),
);

async function echo(button) {
  if (button.ariaBusy === "true") return;
  const name = button.dataset.echo;
  const said = button.nextElementSibling;
  button.ariaBusy = "true";
  said.textContent = "asking …";
  said.className = "";
  try {
    const told = await (await ask(`/api/v1/destinations/${encodeURIComponent(name)}/echo`, { method: "POST", signal: AbortSignal.timeout(PATIENCE) })).json();
    said.textContent = told.answers ? `${told.said} in ${told.milliseconds} ms` : told.said;
    said.className = told.answers ? "good" : "bad";
    notice(`${name}: ${told.said}.`, !told.answers);
  } catch (fault) {
    said.textContent = "";
    notice(`${name}: ${fault.message}`, true);
  } finally {
    button.ariaBusy = "false";
  }
}

for (const button of document.querySelectorAll("[data-echo]")) button.addEventListener("click", () => echo(button));

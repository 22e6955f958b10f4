// What the scripts of all pages share: requests that carry the page's token, notices, and the stream of news.
export const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export async function ask(address, { method = "GET", json, body, signal, headers = {} } = {}) {
  const given = { "x-csrf-token": csrf, accept: "application/json", ...headers };
  if (json !== undefined) given["content-type"] = "application/json";
  const answer = await fetch(address, { method, signal, headers: given, body: json === undefined ? body : JSON.stringify(json) });
  if (answer.status === 401) location.assign("/sign-in?then=" + encodeURIComponent(location.pathname));
  if (!answer.ok) throw new Fault(answer.status, await reason(answer));
  return answer;
}

// Labels as zlib packs them: a mask is mostly nothing.
export async function packed(labels) {
  const stream = new Blob([labels]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export class Fault extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function reason(answer) {
  try {
    const told = (await answer.json()).detail;
    return typeof told === "string" ? told : "that was not understood";
  } catch {
    return `the node answered ${answer.status}`;
  }
}

export function notice(text, bad = false) {
  const told = { text, bad, path: location.pathname, until: Date.now() + (bad ? 12000 : 5000) };
  sessionStorage.setItem("notice", JSON.stringify(told));
  shown(told);
}

function shown({ text, bad, until }) {
  const line = document.createElement("p");
  line.textContent = text;
  line.classList.toggle("bad", bad);
  document.getElementById("notice").replaceChildren(line);
  setTimeout(() => line.remove(), until - Date.now());
}

// A page that comes again still says what was just said on it.
const kept = JSON.parse(sessionStorage.getItem("notice") ?? "null");
if (kept?.path === location.pathname && kept.until > Date.now()) shown(kept);

// Calls `moved(names)` with what moved, such as ["analysis 7"]; `state(on)` when the stream comes and goes.  A page that
// nobody sees lets its stream go (browsers allow six to a host); `again()` is called when it is seen again.
export function news(moved, state = () => {}, again = () => {}) {
  let stream = null;
  const open = () => {
    stream = new EventSource("/live");
    stream.onopen = () => state(true);
    stream.onerror = () => state(false);
    stream.onmessage = (event) => moved(JSON.parse(event.data));
  };
  const close = () => (stream = stream?.close() ?? null);
  if (!document.hidden) open();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    if (!stream) open();
    again();
  });
  addEventListener("pagehide", close);
}

// Whether this page, fetched once more, says something else in its heading.
export async function movedOn() {
  const heading = (page) => page.querySelector("[data-entities]")?.textContent;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  return answer.ok && heading(new DOMParser().parseFromString(await answer.text(), "text/html")) !== heading(document);
}

export const typing = (event) => event.target.closest("input:not([type=range]):not([type=checkbox]), textarea, select") !== null;

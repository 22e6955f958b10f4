// Give a slice: its files go up one after another, then a worker is asked; and what was given before.
import { ask, csrf, news, notice } from "./page.js";

const byId = (id) => document.getElementById(id);
const form = byId("give");
const MEGABYTE = 1e6;

// Browsers tell how far an upload is only to the old kind of request.
function sent(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/uploads");
    request.setRequestHeader("x-csrf-token", csrf);
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => (request.status === 200 ? resolve(JSON.parse(request.response).ticket) : reject(new Error(request.status === 413 ? "the file is too large" : `the node answered ${request.status}`)));
    request.onerror = () => reject(new Error("the node was not reached"));
    request.send(file);
  });
}

byId("image").addEventListener("change", () => {
  const name = byId("image").files[0]?.name.replace(/(-image)?(\.nii)?(\.gz|\.dcm)?$/i, "").slice(0, 64);
  if (name && !byId("name").value) byId("name").value = name;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [button, bar, most] = [form.querySelector("button"), byId("progress"), Number(form.dataset.most)];
  const files = { image: byId("image").files[0], reference: byId("labels").files[0] };
  byId("fault").textContent = "";
  try {
    for (const file of Object.values(files)) if (file?.size > most) throw new Error(`${file.name} is larger than ${Math.round(most / MEGABYTE)} MB`);
    button.disabled = true;
    bar.hidden = false;
    const tickets = {};
    for (const [what, file] of Object.entries(files)) if (file) tickets[what] = await sent(file, (part) => (bar.value = part));
    const fold = byId("asked").value;
    const told = await ask("/api/v1/slices", { method: "POST", json: { name: byId("name").value, ...tickets, fold: fold === "" ? null : Number(fold) } });
    location.assign(`/single/${(await told.json()).slice}`);
  } catch (fault) {
    byId("fault").textContent = fault.message;
    button.disabled = false;
    bar.hidden = true;
  }
});

for (const kind of ["dragover", "drop"])
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    byId("image").files = event.dataTransfer.files;
    byId("image").dispatchEvent(new Event("change"));
  });

// The first press asks, the second deletes.
async function deleted(button) {
  if (!button.classList.contains("danger")) {
    button.classList.replace("plain", "danger");
    button.textContent = "Delete for good";
    return;
  }
  try {
    await ask(`/api/v1/slices/${button.dataset.delete}`, { method: "DELETE" });
    button.closest("tr").remove();
    notice("Deleted.");
  } catch (fault) {
    notice(fault.message, true);
  }
}

for (const button of document.querySelectorAll("[data-delete]")) button.addEventListener("click", () => deleted(button));

const ours = new Set((document.querySelector("[data-entities]")?.dataset.entities ?? "").split(","));
const idle = () => !byId("image").files.length && !byId("name").value;
news((moved) => idle() && moved.some((name) => ours.has(name)) && location.reload());

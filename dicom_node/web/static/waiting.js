// A case without a picture yet: the page comes again when something of it moved.
import { offerDeeds } from "./deeds.js";
import { news } from "./page.js";

const ours = new Set((document.querySelector("[data-entities]")?.dataset.entities ?? "").split(","));
news((moved) => moved.some((name) => ours.has(name)) && location.reload());
offerDeeds(() => location.reload());

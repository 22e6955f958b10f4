// The cohort page: says that it counts, and says so where a picture could not be drawn.
const button = document.querySelector(".asked button");
const counting = (yes) => {
  button.disabled = yes;
  button.textContent = yes ? "Counting …" : "Show";
};
button.form.addEventListener("submit", () => counting(true));
addEventListener("pageshow", () => counting(false));

const missing = (picture) => {
  const words = document.createElement("p");
  words.className = "empty";
  words.textContent = "This picture was not drawn in time. Ask for less, or load the page again.";
  picture.replaceWith(words);
};
for (const picture of document.querySelectorAll(".picture img")) {
  if (picture.complete && !picture.naturalWidth) missing(picture);
  else picture.addEventListener("error", () => missing(picture));
}

// The guard's one screen: a scanned or photographed code goes where a typed one does.

import { camera, photo } from "./scan.js";

const form = document.getElementById("pass-ask");
const words = document.getElementById("pass-words").dataset;
const box = document.getElementById("pass-scan");
const said = document.getElementById("pass-scan-said");
const button = document.getElementById("pass-camera");
let looking;

document.getElementById("pass-tools").hidden = false;

function ask(text) {
  form.elements.q.value = text;
  form.requestSubmit(form.querySelector("button[value=out]"));
}

function show(text) {
  box.hidden = false;
  said.textContent = text;
}

button.addEventListener("click", async () => {
  if (looking) {
    looking.stop();
    looking = undefined;
    box.hidden = true;
    return;
  }
  show(words.looking);
  looking = camera(document.getElementById("pass-video"), words.jsqr);
  try {
    const text = await looking.found;
    if (text) ask(text);
  } catch {
    show(words.denied);
  }
  looking = undefined;
});

document.getElementById("pass-photo").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  const text = await photo(file, words.jsqr).catch(() => "");
  target.value = "";
  if (text) ask(text);
  else show(words.none);
});

document.getElementById("pass-q").focus({ preventScroll: true });

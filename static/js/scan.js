// Reads a QR code from the camera or from a photo: with the browser's own reader where there is one, else with jsQR.

import { readsCodes } from "./reader.js";

// Ten looks a second are enough for a card that is held still, and leave the phone cool.
const PAUSE = 100;
const WIDEST = 960;

let reader;

async function find(source, width, height, jsqr) {
  reader ??= await chosen(jsqr);
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return reader(canvas, context);
}

async function chosen(jsqr) {
  if (await readsCodes()) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? "";
  }
  await load(jsqr);
  return async (canvas, context) => {
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? "";
  };
}

function load(address) {
  if (window.jsQR) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(script);
  });
}

// Look through the camera until there is a code; stop() ends it without one.
export function camera(video, jsqr) {
  let stream;
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  };
  const found = (async () => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    await video.play();
    while (!stopped) {
      const text = video.videoWidth ? await find(video, video.videoWidth, video.videoHeight, jsqr) : "";
      if (text) return text;
      await new Promise((later) => setTimeout(later, PAUSE));
    }
    return "";
  })().finally(stop);
  return { found, stop };
}

// The code in a photo, or nothing.
export async function photo(file, jsqr) {
  const image = await createImageBitmap(file);
  return find(image, image.width, image.height, jsqr);
}

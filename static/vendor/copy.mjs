// Copies the pinned files out of node_modules, draws the icon sprite and writes the sha256 manifest.
// Run by hand after a change of package.json, icons.txt or light.txt: npm ci && npm run copy
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { lighten } from "./light.mjs";

const FILES = {
  "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "idb.js": "idb/build/index.js",
  "jsqr.js": "jsqr/dist/jsQR.js",
};
const SPRITE = "../img/sprite.svg";

// The maps are not shipped, so nothing may point at them.
const withoutMap = (text) => text.replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*$/m, "").trimEnd() + "\n";

const symbol = (name) => {
  const svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
  const drawn = svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/\s*<path stroke="none"[^>]*\/>/, "")
    .replace(/\s+/g, " ")
    .replaceAll(" />", "/>")
    .replaceAll("> <", "><")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawn}</symbol>`;
};

for (const [name, source] of Object.entries(FILES)) {
  writeFileSync(name, withoutMap(readFileSync(`node_modules/${source}`, "utf8")));
}
const icons = readFileSync("icons.txt", "utf8").split("\n").filter(Boolean);
writeFileSync(SPRITE, `<svg xmlns="http://www.w3.org/2000/svg">\n${icons.map(symbol).join("\n")}\n</svg>\n`);

const LIGHT = "bootstrap-light.min.css";
const own = readdirSync("../css").map((name) => readFileSync(`../css/${name}`, "utf8")).join("");
const classes = readFileSync("light.txt", "utf8").split("\n").filter(Boolean);
writeFileSync(LIGHT, lighten(readFileSync("bootstrap.min.css", "utf8"), classes, own));

const sum = (name) => createHash("sha256").update(readFileSync(name)).digest("hex");
writeFileSync("sha256.txt", [...Object.keys(FILES), LIGHT, SPRITE].map((name) => `${sum(name)}  ${name}\n`).join(""));

// What of bootstrap a page uses that is opened in the cold: an eighth of it. copy.mjs writes it by the classes in light.txt.

// The rules of a stylesheet as [head, body]; body is null for what has none.
function* rules(text) {
  for (let start = 0; start < text.length; ) {
    const opens = text.indexOf("{", start);
    const ends = text.indexOf(";", start);
    if (ends >= 0 && (opens < 0 || ends < opens)) {
      yield [text.slice(start, ends + 1), null];
      start = ends + 1;
    } else if (opens < 0) {
      return;
    } else {
      let depth = 1;
      let end = opens + 1;
      for (; depth; end += 1) depth += { "{": 1, "}": -1 }[text[end]] ?? 0;
      yield [text.slice(start, opens).trim(), text.slice(opens + 1, end - 1)];
      start = end;
    }
  }
}

function kept(text, classes) {
  let out = "";
  for (const [head, body] of rules(text)) {
    if (body === null) out += head;
    else if (/^@(media|supports)/.test(head)) {
      const inner = kept(body, classes);
      if (inner) out += `${head}{${inner}}`;
    } else if (!head.startsWith("@")) {
      const wanted = head.split(/,(?![^()]*\))/).filter((one) => !/data-bs-theme|\+\*$/.test(one) && named(one).every((name) => classes.has(name)));
      if (wanted.length) out += `${wanted.join(",")}{${body}}`;
    }
  }
  return out;
}

// Not what follows anything whatever (`legend+*`): with each line that comes a browser looks through all lines after it.
const named = (selector) => [...selector.matchAll(/\.([A-Za-z_][\w-]*)/g)].map(([, name]) => name);

// `own` are our stylesheets: a property that nobody reads is left out.
export function lighten(css, classes, own) {
  let text = kept(css.replace(/\/\*.*?\*\//gs, ""), new Set(classes));
  for (let before = ""; before !== text; ) {
    before = text;
    const read = new Set([...(text + own).matchAll(/var\((--bs-[\w-]+)/g)].map(([, name]) => name));
    text = text.replace(/(--bs-[\w-]+):[^;}]*;?/g, (whole, name) => (read.has(name) ? whole : ""));
  }
  return `${text.replace(/[^{}]+\{\}/g, "").trim()}\n`;
}

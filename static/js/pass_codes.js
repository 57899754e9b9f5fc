// The code printed on a pass, as it is scanned or typed: the same as checkpoints/services/pass_codes.py but for the signature,
// which only the portal can make: whether a code is real is known from the kit. tests/checkpoints/cases/codes.json is asked of both.

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;
// What a hand writes or an eye reads instead.
const MISREAD = { O: "0", I: "1", L: "1", U: "V" };
const ADDRESS = /\/PASS\/([0-9A-Z-]{1,40})\/?(?:[?#].*)?$/;

// {code}, or {problem}: foreign, length or check.
export function read(text) {
  const plain = text.slice(0, 300).normalize("NFKC").toUpperCase().trim();
  const found = ADDRESS.exec(plain);
  const code = letters(found ? found[1] : plain);
  if (!found && (plain.includes("://") || !/^[0-9A-Z]+$/.test(code))) return { problem: "foreign" };
  if (code.length !== LENGTH) return { problem: "length" };
  const known = [...code].every((letter) => LETTERS.includes(letter));
  if (!known || checkLetter(code.slice(0, -1)) !== code.at(-1)) return { problem: "check" };
  return { code };
}

const letters = (text) => text.replace(/[\s\-‐-―−.·]/g, "").replace(/[OILU]/g, (letter) => MISREAD[letter]);

// Luhn's check letter for an alphabet of 32.
function checkLetter(body) {
  let total = 0;
  [...body].reverse().forEach((letter, place) => {
    const twice = LETTERS.indexOf(letter) * (place % 2 ? 1 : 2);
    total += Math.floor(twice / 32) + (twice % 32);
  });
  return LETTERS[(32 - (total % 32)) % 32];
}

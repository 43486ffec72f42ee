/** Labels as a person can read them: blanks and control characters get a visible sign. */

const LONGEST = 18;
const SIGNS: ReadonlyMap<string, string> = new Map([
  [" ", "␣"],
  ["\n", "↵"],
  ["\t", "⇥"],
  ["\r", "␍"],
  ["\u00a0", "⍽"],
]);

/** Letters stay, blanks and controls become signs, invisible ones their code, and what is longer than 18 signs is cut with "…". */
export function displayed(label: string): string {
  if (label === "") return "∅";
  const signs: string[] = [];
  for (const letter of label) {
    if (signs.length === LONGEST) {
      signs[LONGEST - 1] = "…";
      break;
    }
    signs.push(sign(letter));
  }
  return signs.join("");
}

function sign(letter: string): string {
  const known = SIGNS.get(letter);
  if (known !== undefined) return known;
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u.test(letter)) return `‹${code.toString(16).toUpperCase()}›`;
  return letter;
}

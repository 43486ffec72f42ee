/** Labels that spell bytes instead of text, read back as text. Pure. */

/** How the labels of a vocabulary are spelled: as text; in the 256 printable signs of byte-level BPE; as Python prints bytes. */
export type Spelling = "text" | "byte-level" | "python";

/** A byte as Python or SentencePiece writes it, one or several. */
const ESCAPED = /^(?:<0x[0-9a-f]{2}>|(?:\\x[0-9a-f]{2})+)$/i;
const PYTHON = /^b(['"])(.*)\1$/s;
const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, "\\": 92, "'": 39, '"': 34 };

/** The sign of byte-level BPE → its byte: printable bytes stand for themselves, the others follow from U+0100 on. */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const signs = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    signs.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return signs;
})();

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function spellingOf(labels: readonly string[]): Spelling {
  const python = labels.filter((label) => PYTHON.test(label)).length;
  if (python > 0 && python >= labels.length * 0.9) return "python";
  if (!labels.some((label) => /^[ĠĊ]/.test(label))) return "text";
  const strange = labels.filter((label) => [...label].some((sign) => !BYTE_OF.has(sign))).length;
  return strange <= labels.length * 0.1 ? "byte-level" : "text";
}

/** What a label says; null where it is bytes that are no text of their own: a part of a character. */
export function textOf(label: string, spelling: Spelling): string | null {
  if (ESCAPED.test(label) || label.includes("\uFFFD")) return null;
  if (spelling === "text") return label;
  const bytes = spelling === "python" ? pythonBytes(label) : levelBytes(label);
  if (!bytes) return label;
  try {
    const text = STRICT.decode(Uint8Array.from(bytes));
    // The sign for what could not be read is a token of its own, but says no more than a byte.
    return text.includes("\uFFFD") ? null : text;
  } catch {
    return null;
  }
}

/** As `textOf`, but bytes that are no text as their codes: "\\xe2\\x80". */
export function readable(label: string, spelling: Spelling): string {
  const text = textOf(label, spelling);
  if (text !== null) return text;
  const bytes = spelling === "python" ? pythonBytes(label) : spelling === "byte-level" ? levelBytes(label) : null;
  if (!bytes || ESCAPED.test(label)) return label;
  const sign = (byte: number) =>
    byte > 31 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  return bytes.map(sign).join("");
}

function levelBytes(label: string): number[] | null {
  const bytes = [...label].map((sign) => BYTE_OF.get(sign));
  return bytes.every((byte) => byte !== undefined) ? (bytes as number[]) : null;
}

function pythonBytes(label: string): number[] | null {
  const inside = PYTHON.exec(label)?.[2];
  if (inside === undefined) return null;
  const bytes: number[] = [];
  for (const [, hex, escaped, plain] of inside.matchAll(/\\x([0-9a-f]{2})|\\(.)|([^\\])/gs)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(plain !== undefined ? plain.charCodeAt(0) : (ESCAPES[escaped as string] ?? 92));
  }
  return bytes;
}

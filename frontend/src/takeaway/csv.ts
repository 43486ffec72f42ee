/** What is shown as a table: RFC 4180, UTF-8, one line for each row that is drawn. Pure. */

import { displayLabel } from "../words/tokens";
import { knownColumns, type Table } from "./table";

/** What a spreadsheet would run. */
const FORMULA = /^[=+\-@\t\r]/;

/** A field of text. Where it begins like a formula an apostrophe goes before it, as spreadsheets themselves write text. */
export function textField(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The label as the screen has it, blanks and control characters as signs, but whole. */
export function shownLabel(label: string): string {
  return [...label].map(displayLabel).join("");
}

/** As short as it comes back to the same float32; empty = not known. */
export function numberField(value: number | undefined, whole: boolean): string {
  if (value === undefined || Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (whole) return String(Math.round(value));
  if (value === 0) return "0";
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return plain(text);
  }
  return plain(value.toPrecision(9));
}

/** 0.500000 → 0.5, 1.20000e-7 → 1.2e-7. */
function plain(text: string): string {
  return String(Number(text)).replace("e+", "e");
}

/** The raw label of `token` stands in `token_json`, which begins with a quote: no spreadsheet takes it for a formula. */
export function csvOf(table: Table): string {
  const columns = knownColumns(table);
  const names = ["id", "token", "token_json", "class", "group", "x", "y", "z", ...columns.map(({ name }) => name)];
  const lines = [[...names, "embedding", "step", "numbers_step"].join(",")];
  for (const row of table.rows) {
    const label = table.labels[row] ?? null;
    lines.push(
      [
        String(table.ids[row]),
        label === null ? "" : textField(shownLabel(label)),
        label === null ? "" : textField(JSON.stringify(label)),
        textField(table.classes[row] ?? ""),
        textField((table.groups[row] ?? []).join("; ")),
        ...[0, 1, 2].map((k) => numberField(table.positions[row * 3 + k], false)),
        ...columns.map(({ values, whole }) => numberField(values[row], whole)),
        textField(table.embeddings[row] ?? ""),
        numberField(table.step, Number.isInteger(table.step)),
        numberField(table.numbersStep, true),
      ].join(","),
    );
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** The summary of a run as Markdown, to be pasted into notes and issues. Pure. */

import { compact, integer, number } from "../format";
import type { KindSummary } from "./kind_table";
import type { Line } from "./lines";

export interface MarkdownParts {
  readonly run: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly { readonly title: string; readonly lines: readonly Line[] }[];
  /** Of the last snapshot. */
  readonly kinds: {
    readonly step: number;
    readonly columns: readonly string[];
    readonly rows: readonly KindSummary[];
  } | null;
}

/** A cell stays one cell, and nothing in it becomes a heading, a link or HTML. */
export const cell = (text: string) =>
  text
    .replace(/[\\`*_[\]<>#|~]/g, "\\$&")
    .replace(/\s+/g, " ")
    .trim();

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], right: readonly boolean[], rows: readonly (readonly string[])[]) =>
  [row(head.map(cell)), row(right.map((is) => (is ? "---:" : "---"))), ...rows.map((one) => row(one.map(cell)))].join(
    "\n",
  );

export function markdownOf(parts: MarkdownParts): string {
  const blocks = [`## ${cell(parts.run)}`, table(["", ""], [false, false], parts.facts)];
  for (const { title, lines } of parts.sections) {
    const rows = lines.map((line) => [line.name, line.value, line.note]);
    blocks.push(`### ${cell(title)}`, table(["", "", ""], [false, true, false], rows));
  }
  if (parts.kinds) {
    const { step, columns, rows } = parts.kinds;
    blocks.push(
      `### Layers at step ${integer(step)}`,
      table(
        ["Kind", "Layers", "Weights", ...columns.map((name) => `${name}, median`)],
        [false, ...Array<boolean>(columns.length + 2).fill(true)],
        rows.map((kind) => [kind.name, integer(kind.layers), compact(kind.parameters), ...kind.medians.map(number)]),
      ),
    );
  }
  return `${blocks.join("\n\n")}\n`;
}

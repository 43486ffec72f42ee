/** The comparison as a Markdown table. Pure. */

import type { FactGroup } from "./facts";

/** Equal facts are left out and counted. */
export function comparisonMarkdown(a: string, b: string, groups: readonly FactGroup[]): string {
  const lines = [`| | ${cell(a)} | ${cell(b)} |`, "| --- | ---: | ---: |"];
  let equal = 0;
  for (const { title, facts } of groups) {
    const other = facts.filter((fact) => !fact.same);
    equal += facts.length - other.length;
    if (other.length > 0) lines.push(`| **${cell(title)}** | | |`);
    for (const { name, a: one, b: two } of other) lines.push(`| ${cell(name)} | ${cell(one)} | ${cell(two)} |`);
  }
  if (equal > 0) lines.push("", `${equal} ${equal === 1 ? "fact is" : "facts are"} the same in both.`);
  return `${lines.join("\n")}\n`;
}

/** What would end a cell or begin something else in it. */
function cell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, (sign) => `\\${sign}`).replace(/\s+/g, " ");
}

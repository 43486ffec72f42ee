/** One finding as Markdown, for an issue or a notebook. Pure. */

import { integer, number, percent, wholePercent } from "../format";
import type { Evidence, Finding } from "../wire.gen";
import { SEVERITY_NAMES } from "./severity";
import { partsOf } from "./sources";
import { sureWord, titleOf, whySure } from "./titles";

const MOST_LAYERS = 12;

/** "Step 40", "Steps 40 to 999". */
export function stepsSaid({ first_step, last_step }: Finding): string {
  return first_step === last_step
    ? `Step ${integer(first_step)}`
    : `Steps ${integer(first_step)} to ${integer(last_step)}`;
}

/** link: an address that shows it in this page. */
export function findingMarkdown(finding: Finding, run: string, link: string | null): string {
  const { severity, sentence, layers, tokens, confidence, causes, remedies, source, evidence } = finding;
  const lines = [
    `### ${titleOf(finding)}`,
    "",
    sentence,
    "",
    `- Run: ${run}`,
    `- Severity: ${SEVERITY_NAMES[severity].toLowerCase()}`,
    `- ${stepsSaid(finding)}`,
  ];
  if (layers.length > 0)
    lines.push(
      `- Layers: ${listed(
        layers.map((path) => `\`${path}\``),
        MOST_LAYERS,
      )}`,
    );
  if (tokens.length > 0) lines.push(`- Tokens: ${listed(tokens.map(codeOf), MOST_LAYERS * 2)}`);
  if (evidence) lines.push(`- Measured: ${measuredSaid(evidence)}`);
  lines.push(`- How sure: ${sureWord(confidence)}, ${wholePercent(confidence)} (${whySure(finding)})`);
  if (causes.length > 0) lines.push("", "Likely causes:", "", ...causes.map((one) => `- ${one}`));
  if (remedies.length > 0) lines.push("", "What people do:", "", ...remedies.map((one) => `- ${one}`));
  if (source !== "") {
    const parts = partsOf(source).map(({ text, href }) => (href === null ? text : `[${text}](${href})`));
    lines.push("", `Source: ${parts.join("")}`);
  }
  if (link !== null) lines.push("", `[See it](${link})`);
  return `${lines.join("\n")}\n`;
}

/** "train/loss, lowest 1.9, highest 3.4; threshold 2.36, mean + 6 standard deviations". */
export function measuredSaid({ series, threshold, threshold_name }: Evidence): string {
  const parts = series.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}, no finite value`;
    return `${name} from ${number(Math.min(...known))} to ${number(Math.max(...known))}`;
  });
  if (threshold !== null) parts.push(thresholdSaid(threshold, threshold_name));
  return parts.join("; ");
}

/** "threshold 2.36, the rise that counts". */
export const thresholdSaid = (threshold: number, name: string): string =>
  `threshold ${number(threshold)}${name === "" ? "" : `, ${name}`}`;

function listed(texts: readonly string[], most: number): string {
  const more = texts.length - most;
  return more > 0 ? `${texts.slice(0, most).join(", ")} and ${integer(more)} more` : texts.join(", ");
}

/** As code, with as many backticks round it as it takes. */
function codeOf(token: string): string {
  const shown = JSON.stringify(token);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${shown}${fence}`;
}

/** "31 % of the run"; "" for a single step. */
export function shareSaid({ first_step, last_step }: Finding, length: number): string {
  const share = (last_step - first_step + 1) / Math.max(1, length);
  return last_step > first_step ? `${percent(Math.min(1, Number(share.toPrecision(2))))} of the run` : "";
}

/** Severities in shape, word and colour; shapes on a grid of 16. Pure: panels, scenes and pictures draw the same ones. */

import type { Finding } from "../wire.gen";

export type Severity = Finding["severity"];
/** The mildest first: how bad is a number that can be compared. */
export const SEVERITIES: readonly Severity[] = ["note", "watch", "problem"];
export const SEVERITY_NAMES: Readonly<Record<Severity, string>> = { note: "Note", watch: "Watch", problem: "Problem" };

/** Diamond, triangle, octagon. */
export const SEVERITY_SHAPES: Readonly<Record<Severity, string>> = {
  note: "M8 .8L15.2 8L8 15.2L.8 8Z",
  watch: "M8 1.200L15.600 14.600H.400Z",
  problem: "M5.100 1H10.900L15 5.100V10.900L10.900 15H5.100L1 10.900V5.100Z",
};
/** The sign on it: i for a note, ! for the others. */
export const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = {
  note: "M8 7.300V11.600M8 4.700V4.800",
  watch: "M8 6V9.900M8 12.300V12.400",
  problem: "M8 4.300V8.900M8 11.600V11.700",
};
/** As --note, --watch and --problem in styles/tokens.css. */
export const SEVERITY_COLORS: Readonly<Record<Severity, readonly [dark: string, light: string]>> = {
  note: ["#6BBCF0", "#00639C"],
  watch: ["#F0B429", "#8A5A00"],
  problem: ["#FF8A5C", "#B83F00"],
};

/** 0 = none, else 1 + the place in `SEVERITIES`. */
export const levelOf = (severity: Severity | null): number =>
  severity === null ? 0 : 1 + SEVERITIES.indexOf(severity);
export const severityOf = (level: number): Severity | null => SEVERITIES[level - 1] ?? null;
export const severityColor = (severity: Severity, theme: "dark" | "light"): string =>
  SEVERITY_COLORS[severity][theme === "dark" ? 0 : 1];

/** The worst of some findings; null = there are none. */
export function worstOf(list: readonly Pick<Finding, "severity">[]): Severity | null {
  return severityOf(Math.max(0, ...list.map(({ severity }) => levelOf(severity))));
}

/** Where the phases of a run stand on its strip, and what is written on each. Pure. */

import type { Boundary, Phase } from "../wire.gen";
import { boundaryName, phaseName } from "./phase_looks";

export interface Segment {
  readonly phase: Phase;
  /** CSS px from the strip's own left edge. */
  readonly left: number;
  readonly width: number;
  /** "" = there is no room for it. */
  readonly label: string;
}

/** Between a label and the ends of its segment. */
const PADDING = 8;
/** A phase that is shorter than a px is seen all the same. */
const LEAST = 2;

/** The whole name where it fits, else its first word, else nothing. */
export function labelOf(name: string, width: number, measure: (words: string) => number): string {
  const whole = phaseName(name);
  const room = width - 2 * PADDING;
  const first = whole.split(" ")[0] as string;
  return measure(whole) <= room ? whole : measure(first) <= room ? first : "";
}

/** across: from steps to px. A phase goes up to where the next begins, the last one to its last step. */
export function segmentsOf(
  phases: readonly Phase[],
  across: (step: number) => number,
  measure: (words: string) => number,
): Segment[] {
  return phases.map((phase, i) => {
    const left = across(phase.first_step);
    const end = across(phases[i + 1]?.first_step ?? phase.last_step);
    const width = Math.max(LEAST, end - left);
    return { phase, left, width, label: labelOf(phase.name, width, measure) };
  });
}

export interface Tick {
  readonly x: number;
  readonly steps: readonly number[];
  /** "Warm-up ends at step 60". */
  readonly said: string;
}

/** Boundaries that can't be told apart stand as one. */
export function ticksOf(
  boundaries: readonly Boundary[],
  across: (step: number) => number,
  integer: (step: number) => string,
): Tick[] {
  const found: Tick[] = [];
  for (const { name, step } of [...boundaries].sort((one, other) => one.step - other.step)) {
    const said = `${boundaryName(name)} at step ${integer(step)}`;
    const x = across(step);
    const last = found.at(-1);
    if (last && x - last.x < 6) {
      const second = `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
      found[found.length - 1] = { ...last, steps: [...last.steps, step], said: `${last.said}, ${second}` };
    } else found.push({ x, steps: [step], said });
  }
  return found;
}

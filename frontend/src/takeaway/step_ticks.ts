/** Round steps along an axis, and its last one; none touches another. Pure. */

import { ticks } from "../axis";
import { integer } from "../format";

export interface StepTick {
  readonly text: string;
  /** Px of its middle. */
  readonly x: number;
}

const DIGIT = 6.5;

/** across: from steps to px between left and right. */
export function stepTicks(
  first: number,
  last: number,
  left: number,
  right: number,
  across: (step: number) => number,
): StepTick[] {
  const width = (text: string) => text.length * DIGIT;
  const tick = (step: number): StepTick => {
    const text = integer(step);
    const half = width(text) / 2;
    return { text, x: Math.min(right - half, Math.max(left + half, across(step))) };
  };
  const end = tick(last);
  const round = ticks(first, last, Math.max(2, Math.floor((right - left) / 90)));
  const others = round.filter((step) => Number.isInteger(step) && step !== last).map(tick);
  return [...others.filter(({ text, x }) => x + width(text) / 2 + 8 < end.x - width(end.text) / 2), end];
}

/** Where an explanation stands: beside what it explains, never over it, inside the window. Pure. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP = 8;
const EDGE = 8;

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high));

/**
 * Left upper corner. button: what was pressed. subject: what must stay visible, the panel or the row about the button.
 * To the right of the subject, to its left, below, above: the first with room. Without any, as on a phone, along the
 * edge of the window that is farther from the button.
 */
export function besideSubject(button: Box, subject: Box, size: Size, within: Size): readonly [number, number] {
  const [lastLeft, lastTop] = [within.width - size.width - EDGE, within.height - size.height - EDGE];
  const across = clamp(button.left - GAP, EDGE, Math.max(EDGE, lastLeft));
  const down = clamp(button.top - GAP, EDGE, Math.max(EDGE, lastTop));
  if (subject.right + GAP <= lastLeft) return [subject.right + GAP, down];
  if (subject.left - GAP - size.width >= EDGE) return [subject.left - GAP - size.width, down];
  if (subject.bottom + GAP <= lastTop) return [across, subject.bottom + GAP];
  if (subject.top - GAP - size.height >= EDGE) return [across, subject.top - GAP - size.height];
  const low = (button.top + button.bottom) / 2 < within.height / 2;
  return [across, low ? Math.max(EDGE, lastTop) : EDGE];
}

/** Runs a regular expression over labels, in pieces, so that whoever waits can stop it in between. Pure. */

/** Labels looked at before the clock is. */
const PIECE = 512;

export interface PatternRun {
  /** Rows that fit, in order. */
  readonly rows: number[];
  /** Rows that were looked at. */
  looked: number;
}

/** Looks on from `run.looked` until `until` says stop; true = all rows have been looked at. A label fits as logged or as shown. */
export function lookOn(
  run: PatternRun,
  pattern: RegExp,
  labels: readonly string[],
  display: readonly string[],
  stop: () => boolean,
): boolean {
  while (run.looked < display.length) {
    const end = Math.min(display.length, run.looked + PIECE);
    for (; run.looked < end; run.looked++) {
      const row = run.looked;
      const [label, shown] = [labels[row] as string, display[row] as string];
      if (pattern.test(label) || (shown !== label && pattern.test(shown))) run.rows.push(row);
    }
    if (stop()) break;
  }
  return run.looked >= display.length;
}

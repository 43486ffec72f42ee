/** What the recording itself took of the training. */

export interface Costs {
  readonly steps: ArrayLike<number>;
  readonly wallTimes: ArrayLike<number>;
  readonly captureSecs: ArrayLike<number>;
  readonly writeSecs: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
  readonly dropped: ArrayLike<number>;
}

export interface CaptureCost {
  readonly snapshots: number;
  /** Of the training thread, and in the background beside it. */
  readonly captureSecs: number;
  readonly writeSecs: number;
  /** Of the time that the training took; null = unknown. */
  readonly share: number | null;
  readonly bytes: number;
  readonly dropped: number;
}

/** activeSecs: what the training took from the first snapshot to the last, without stops. The first snapshot was taken
 * before that span begins, so what it cost is left out of the share. null = nothing was recorded. */
export function captureCost(costs: Costs, activeSecs: number): CaptureCost | null {
  const count = costs.steps.length;
  if (count === 0) return null;
  const total = (values: ArrayLike<number>, from = 0) => {
    let sum = 0;
    for (let i = from; i < values.length; i++) if (Number.isFinite(values[i])) sum += values[i] as number;
    return sum;
  };
  return {
    snapshots: count,
    captureSecs: total(costs.captureSecs),
    writeSecs: total(costs.writeSecs),
    share: activeSecs > 0 ? total(costs.captureSecs, 1) / activeSecs : null,
    bytes: total(costs.bytes),
    dropped: droppedOf(costs.dropped),
  };
}

/** Each session counts from 0: where the count falls a new one has begun. */
export function droppedOf(counts: ArrayLike<number>): number {
  let [sum, before] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    const now = counts[i] as number;
    if (!Number.isFinite(now)) continue;
    sum += now >= before ? now - before : now;
    before = now;
  }
  return sum;
}

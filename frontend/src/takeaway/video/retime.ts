/** Which pictures a recorder kept, by when it says that it saw them. Pure. */

/** Of each recorded time, rising, the picture that was shown then: each another one, and later ones for later times. at: seconds at which the
 *  pictures were shown; clocks begin with the first of each. */
export function picturesAt(times: readonly number[], at: readonly number[]): number[] {
  const found: number[] = [];
  for (const [i, time] of times.entries()) {
    const since = time - (times[0] as number);
    // As many have to be left as there are times to come.
    const last = at.length - (times.length - i);
    let picture = (found.at(-1) ?? -1) + 1;
    const off = (k: number) => Math.abs((at[k] as number) - (at[0] as number) - since);
    while (picture < last && off(picture + 1) <= off(picture)) picture += 1;
    found.push(picture);
  }
  return found;
}

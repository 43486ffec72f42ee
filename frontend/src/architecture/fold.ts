/** Which blocks are drawn and which are folded to a counted plate. Pure. */

/** Up to so many blocks all are drawn. */
export const MOST_BLOCKS = 8;

export type Run = { readonly first: number; readonly last: number; readonly folded: boolean };

/** blocks: numbers that exist, rising. focus: one that must be seen, null = the middle. Of many the first two, the last
 * two and three around the focus are drawn; a gap of one is drawn rather than folded. */
export function foldBlocks(blocks: readonly number[], focus: number | null, most = MOST_BLOCKS): Run[] {
  const all = blocks.map((block) => ({ first: block, last: block, folded: false }));
  if (blocks.length <= most) return all;
  const at = focus === null ? -1 : blocks.indexOf(focus);
  const middle = at >= 0 ? at : Math.floor((blocks.length - 1) / 2);
  const shown = new Set([0, 1, blocks.length - 2, blocks.length - 1, middle - 1, middle, middle + 1]);
  const runs: Run[] = [];
  for (let k = 0; k < blocks.length; ) {
    let end = k;
    while (end < blocks.length && !shown.has(end)) end += 1;
    if (end - k > 1) {
      runs.push({ first: blocks[k] as number, last: blocks[end - 1] as number, folded: true });
      k = end;
    } else {
      runs.push(all[k] as Run);
      k += 1;
    }
  }
  return runs;
}

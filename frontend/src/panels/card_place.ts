/** Where a card goes that tells of a point: beside it, whole, and not over it. Pure. */

interface Size {
  width: number;
  height: number;
}

const GAP = 18;
const MARGIN = 8;

/** Upper left corner. Outward, away from the middle where the cloud is; else inward; where neither side has room, below
 * or above. */
export function cardPlace(point: { x: number; y: number }, card: Size, around: Size): [number, number] {
  const left = point.x - GAP - card.width;
  const right = point.x + GAP;
  const fits = (x: number) => x >= MARGIN && x + card.width <= around.width - MARGIN;
  const within = (at: number, size: number, whole: number) => Math.max(MARGIN, Math.min(whole - MARGIN - size, at));
  const sides = point.x < around.width / 2 ? [left, right] : [right, left];
  const x = sides.find(fits);
  const top = within(point.y - card.height / 2, card.height, around.height);
  if (x !== undefined) return [x, top];
  const below = point.y + GAP;
  const y = below + card.height <= around.height - MARGIN ? below : point.y - GAP - card.height;
  return [within(point.x - card.width / 2, card.width, around.width), within(y, card.height, around.height)];
}

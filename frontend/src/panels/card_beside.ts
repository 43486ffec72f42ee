/** Where a card goes that tells of a part of a drawing: beside the whole drawing where there is room, near its part, with a
 * line to it. Pure. */

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Beside {
  readonly x: number;
  readonly y: number;
  /** The leader, from the part's edge to the card's. */
  readonly line: readonly [number, number, number, number];
}

const GAP = 20;
const MARGIN = 8;
/** Places that are tried across and down. */
const ACROSS = 15;
const DOWN = 11;
/** A px² that is covered counts as so many px of distance; of the part itself, many more. */
const COVERED = 0.05;
const COVERED_PART = 0.5;
const OWN = 200;
/** Between the card and what it keeps off. */
const OFF = 6;

/** around: what is free of title, tools and legend. obstacles: what the card should keep off. */
export function cardBeside(
  part: Area,
  card: { readonly width: number; readonly height: number },
  around: Area,
  obstacles: readonly Area[],
): Beside {
  const [least, most] = [around.left + MARGIN, around.right - MARGIN - card.width];
  const [top, low] = [around.top + MARGIN, around.bottom - MARGIN - card.height];
  const within = (at: number, from: number, to: number) => Math.max(from, Math.min(to, at));
  const [cx, cy] = [(part.left + part.right) / 2, (part.top + part.bottom) / 2];
  const xs = [part.right + GAP, part.left - GAP - card.width, cx - card.width / 2];
  const ys = [
    cy - card.height / 2,
    part.top,
    part.bottom - card.height,
    part.bottom + GAP,
    part.top - GAP - card.height,
  ];
  for (let i = 0; i < ACROSS; i += 1) xs.push(least + ((most - least) * i) / (ACROSS - 1));
  for (let i = 0; i < DOWN; i += 1) ys.push(top + ((low - top) * i) / (DOWN - 1));
  for (const obstacle of obstacles) {
    xs.push(obstacle.right + OFF, obstacle.left - OFF - card.width);
    ys.push(obstacle.bottom + OFF, obstacle.top - OFF - card.height);
  }
  let [x, y, best] = [within(xs[0] as number, least, most), within(ys[0] as number, top, low), Infinity];
  for (const tryX of xs) {
    for (const tryY of ys) {
      const place = areaAt(within(tryX, least, most), within(tryY, top, low), card);
      const own = overlap(place, part);
      let cost = distance(place, part) + (own > 0 ? OWN + COVERED_PART * own : 0);
      for (const obstacle of obstacles) cost += COVERED * overlap(place, obstacle);
      if (cost < best) [x, y, best] = [place.left, place.top, cost];
    }
  }
  const place = areaAt(x, y, card);
  const [px, py] = [within(cx, place.left, place.right), within(cy, place.top, place.bottom)];
  const [ex, ey] = [within(px, part.left, part.right), within(py, part.top, part.bottom)];
  return { x, y, line: [ex, ey, within(ex, place.left, place.right), within(ey, place.top, place.bottom)] };
}

function areaAt(left: number, top: number, size: { readonly width: number; readonly height: number }): Area {
  return { left, top, right: left + size.width, bottom: top + size.height };
}

function overlap(one: Area, other: Area): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function distance(one: Area, other: Area): number {
  const x = Math.max(0, one.left - other.right, other.left - one.right);
  const y = Math.max(0, one.top - other.bottom, other.top - one.bottom);
  return Math.hypot(x, y);
}

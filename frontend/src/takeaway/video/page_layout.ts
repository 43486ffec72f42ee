/** Where the parts of a video's page lie: the same at each size of the video, which only scales it. CSS px. Pure. */

export const PAGE = { width: 1120, height: 630 } as const;
export const MARGIN = 16;
/** The scene above, the time below. */
export const SCENE_HEIGHT = 518;
export const HEAD_HEIGHT = 88;
export const LINE = 20;
export const STRIP = { top: SCENE_HEIGHT + 10, height: 18 } as const;
export const PLOT = {
  left: 150,
  right: PAGE.width - MARGIN,
  top: STRIP.top + STRIP.height + 6,
  bottom: PAGE.height - 24,
} as const;
export const AXIS_BASE = PAGE.height - 8;

/** The findings, at the right of the scene. */
export const CARDS = { width: 264, top: 16, gap: 8, most: 3, padding: 10, lineHeight: 16, lines: 4 } as const;
const CARDS_LEFT = PAGE.width - MARGIN - CARDS.width;

export interface PageInsets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** What of the scene is written over: the picture keeps clear of it. */
export function insetsOf(findings: boolean, legendLines: number): PageInsets {
  return {
    top: HEAD_HEIGHT,
    right: findings ? PAGE.width - CARDS_LEFT + 8 : 0,
    bottom: legendLines > 0 ? legendLines * LINE + 16 : 8,
    left: 0,
  };
}

/** Px that the head and the legend may take in a line. */
export const roomOf = (findings: boolean): number => (findings ? CARDS_LEFT : PAGE.width) - 2 * MARGIN;

export interface Card<T> {
  readonly of: T;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/** The newest at the top; those for which there is no room any more are counted. `wrap` breaks a sentence into lines. */
export function cardsOf<T>(
  found: readonly T[],
  wrap: (one: T) => readonly string[],
): { readonly cards: readonly Card<T>[]; readonly earlier: number; readonly bottom: number } {
  const cards: Card<T>[] = [];
  let y: number = CARDS.top;
  for (const of of found.slice(0, CARDS.most)) {
    const lines = wrap(of);
    const height = 2 * CARDS.padding + LINE + lines.length * CARDS.lineHeight;
    if (y + height > SCENE_HEIGHT - LINE - CARDS.gap) break;
    cards.push({ of, x: CARDS_LEFT, y, height, lines });
    y += height + CARDS.gap;
  }
  return { cards, earlier: found.length - cards.length, bottom: y };
}

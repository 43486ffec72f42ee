/** How wide a label of the page's font is. */

let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

/** Px at 12 px, medium weight. */
export function measureLabel(words: string): number {
  const before = known.get(words);
  if (before !== undefined) return before;
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return words.length * 7;
  context.font = `500 12px ${getComputedStyle(document.body).getPropertyValue("--font") || "Roboto, sans-serif"}`;
  const width = context.measureText(words).width;
  // Before the font is here another one is measured.
  if (document.fonts.status === "loaded") known.set(words, width);
  return width;
}

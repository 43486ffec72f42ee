/** Which button of a row or a list the arrows lead to. Pure. */

const STEPS = {
  row: { ArrowLeft: -1, ArrowRight: 1 },
  list: { ArrowUp: -1, ArrowDown: 1 },
} as const;

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** From the place `at` among `count`, round and round; null = the key means nothing here. */
export function nextPlace(pressed: Pressed, at: number, count: number, along: "row" | "list"): number | null {
  if (at < 0 || count < 2 || pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.shiftKey) return null;
  if (pressed.key === "Home") return 0;
  if (pressed.key === "End") return count - 1;
  const step = (STEPS[along] as Readonly<Record<string, number>>)[pressed.key];
  return step === undefined ? null : (at + step + count) % count;
}

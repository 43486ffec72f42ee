/** Finding a finding again: by its key, as the run grows or in another reply. Pure. */

import type { Finding } from "../wire.gen";

/** While a run grows a first step may still move, by so much of the run so far. */
const MOVES = 0.05;

/** A token may be a newline itself. */
function partsOf(key: string): string[] {
  const [insight = "", first = "", layer = "", ...token] = key.split("\n");
  return [insight, first, layer, token.join("\n")];
}

/** key: as `keyOf` makes it: kind, first step, first layer, first token, a line each. */
export function sameFinding(key: string, all: readonly Finding[], keyOf: (finding: Finding) => string): Finding | null {
  const exact = all.find((one) => keyOf(one) === key);
  if (exact) return exact;
  const [insight, first, layer, token] = partsOf(key);
  const at = Number(first);
  const reach = MOVES * Math.max(1, ...all.map((one) => one.last_step));
  let nearest: Finding | null = null;
  for (const one of all) {
    const alike = one.insight === insight && (one.layers[0] ?? "") === layer && (one.tokens[0] ?? "") === token;
    const away = Math.abs(one.first_step - at);
    if (alike && away <= reach && (!nearest || away < Math.abs(nearest.first_step - at))) nearest = one;
  }
  return nearest;
}

/** For an address: parts by "~", none at the end. */
export const keyText = (key: string): string =>
  partsOf(key)
    .map((part) => encodeURIComponent(part).replaceAll("~", "%7E"))
    .join("~")
    .replace(/~+$/, "");

/** null where the text is none. */
export function keyFrom(text: string): string | null {
  const parts = text.split("~", 5);
  if (
    parts.length < 2 ||
    parts.length > 4 ||
    !/^\w{1,80}$/.test(parts[0] ?? "") ||
    !/^-?\d{1,15}$/.test(parts[1] ?? "")
  )
    return null;
  try {
    const [insight, first, layer = "", token = ""] = parts.map(decodeURIComponent);
    return [insight, first, layer, token].join("\n");
  } catch {
    return null;
  }
}

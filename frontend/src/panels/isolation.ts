/** Isolating with the camera along: it flies to what is shown then, and back to all. */

import { rowsOnScreen } from "../store/chosen";
import { endIsolation, isolate, isolated, isolating, showAll } from "../store/filters";
import { isolationAtHand } from "../store/isolate";
import type { Tokens } from "../words/token_sets";
import { scene } from "./cloud";

export function showOnly(tokens: Tokens, name: string | null): void {
  isolate(tokens, name);
  scene()?.focus(rowsOnScreen(tokens));
}

/** What the key and the button do. */
export function isolateOrNot(): void {
  const tokens = isolationAtHand();
  if (isolating.peek()) showAllRows();
  else if (tokens) showOnly(tokens, null);
}

export function showAllRows(): void {
  if (!isolating.peek()) return;
  endIsolation();
  scene()?.fit();
}

/** Of hidden classes too. */
export function showEverything(): void {
  const alone = isolated.peek() !== null;
  showAll();
  if (alone) scene()?.fit();
}

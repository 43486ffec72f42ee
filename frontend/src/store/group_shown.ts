/** Which rows the inspector tells of together: those that were chosen, until one of them is looked at alone. */

import { computed, effect, signal } from "@preact/signals";
import { chosen, chosenTokens } from "./chosen";
import { selected } from "./selection";

const LEAST = 2;
const NONE: readonly number[] = [];
const alone = signal(false);

/** As many rows as make a group are chosen, whatever the inspector tells of. */
export const groupRows = computed(() => (chosen.value.length >= LEAST ? chosen.value : NONE));
export const groupShown = computed(() => (alone.value && selected.value !== null ? NONE : groupRows.value));

export function showGroup(): void {
  alone.value = false;
}

/** What was touched last is told of: a new choice, or the one row. Starts; returns what stops it. */
export function followChoice(): () => void {
  let [tokens, row] = [chosenTokens.peek(), selected.peek()];
  return effect(() => {
    const [newTokens, newRow] = [chosenTokens.value, selected.value];
    if (newTokens !== tokens) alone.value = false;
    else if (newRow !== row) alone.value = newRow !== null;
    tokens = newTokens;
    row = newRow;
  });
}

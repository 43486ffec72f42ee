/** What of the view a link carries: parts that read themselves out as a text and take one over again. */

import type { UrlState } from "../url_state";
import type { Setting } from "./remembered";

export interface LinkPart {
  /** Its name in the address. */
  readonly key: string;
  /** undefined = as it is at the start: nothing need be written. Reads signals, so that whoever reads hears of changes. */
  read(): string | undefined;
  /** Takes over what a link says; what means nothing here is passed over. */
  write(text: string): void;
  /** A link that says nothing of it means the start, whatever this browser remembers. */
  clear?(): void;
}

/** In the order of the parts, which is the order in the address. */
export function readState(parts: readonly LinkPart[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const part of parts) {
    const text = part.read();
    if (text !== undefined) state.set(part.key, text);
  }
  return state;
}

/** Broken values leave their part as it was; an address that says nothing at all changes nothing. */
export function applyState(parts: readonly LinkPart[], state: UrlState): void {
  if (!parts.some((part) => state.has(part.key))) return;
  for (const part of parts) {
    const text = state.get(part.key);
    if (text === undefined) part.clear?.();
    else part.write(text);
  }
}

/** One of a few values. */
export function choicePart(key: string, { held, initial, allowed }: Setting): LinkPart {
  return {
    key,
    read: () => (held.value === initial ? undefined : written(held.value)),
    write: (text) => {
      const value = allowed.find((one) => written(one) === text);
      if (value !== undefined) held.value = value;
    },
    clear: () => {
      held.value = initial;
    },
  };
}

function written(value: unknown): string {
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

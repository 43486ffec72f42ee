/** The explanations of what is on screen: they come after the first picture, or when one is first asked for. */

import { signal } from "@preact/signals";
import { type Content, type Explanation, explanationOf, type Filling, filled } from "../explain/content";

/** null = not here yet. */
const content = signal<Content | null>(null);
/** What the glossary is open at: a key, "" from its beginning; null = it is closed. */
export const glossaryAt = signal<string | null>(null);

let coming: Promise<boolean> | null = null;

/** false = they can't be had now; asked again they are tried again. */
export function bringExplanations(): Promise<boolean> {
  coming ??= import("../explain/explanations.json").then(
    (file) => {
      keepExplanations(file.default as unknown as Content);
      return true;
    },
    () => {
      coming = null;
      return false;
    },
  );
  return coming;
}

export function keepExplanations(next: Content): void {
  content.value = next;
}

export const explanations = (): Content | null => content.value;

/** undefined = not here yet; null = there is none. Reads a signal. */
export const explanation = (key: string): Explanation | null | undefined =>
  content.value === null ? undefined : explanationOf(content.value, key);

/** One of the two sentences about a thing; "" until they are here. Reads a signal. */
export const sentence = (key: string, which: 0 | 1, filling?: Filling): string =>
  filled(explanation(key)?.says[which] ?? "", filling);

/** "Healthy: at least 1e-7. Why. Source: whose.", for a tooltip; "" until it is here. Reads a signal. */
export function bandSaid(key: string): string {
  const found = explanation(key);
  return found?.healthy ? `Healthy: ${found.healthy}. ${found.why} Source: ${found.source}.` : "";
}

export function openGlossary(at: string | null): void {
  if (at !== null) void bringExplanations();
  glossaryAt.value = at;
}

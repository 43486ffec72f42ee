/** Which parts of the left panel are open; kept while the page lives, as the drawer of small screens comes and goes. */

import { signal } from "@preact/signals";

export const openSections = signal<ReadonlySet<string>>(new Set());

export function openSection(name: string, open = true): void {
  const next = new Set(openSections.peek());
  if (open) next.add(name);
  else next.delete(name);
  openSections.value = next;
}

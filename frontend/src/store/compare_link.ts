/** What a link says of runs together: which one stands beside, whose curves are laid over, whether the cameras move as one. */

import { compareWith, comparing, linked, otherName, paneShown, setLinked, setPaneShown } from "./compare";
import { tickAll, ticked } from "./compare_curves";
import type { LinkPart } from "./link";

/** Runs have any sign in their names but a line break. */
const BETWEEN = "\n";

export function compareParts(): readonly LinkPart[] {
  return [
    {
      key: "compare",
      read: () => (comparing.value ? (otherName.value ?? undefined) : undefined),
      write: compareWith,
      clear: () => compareWith(null),
    },
    {
      // Whose layers and findings are shown.
      key: "side",
      read: () => (comparing.value && paneShown.value === "b" ? "b" : undefined),
      write: (text) => {
        if (text === "a" || text === "b") setPaneShown(text);
      },
      clear: () => setPaneShown("a"),
    },
    {
      key: "curves",
      read: () => (ticked.value.length === 0 ? undefined : ticked.value.join(BETWEEN)),
      write: (text) => tickAll(text.split(BETWEEN).filter((name) => name !== "")),
      clear: () => tickAll([]),
    },
    {
      key: "linked",
      read: () => (comparing.value && !linked.value ? "off" : undefined),
      write: (text) => {
        if (text === "off" || text === "on") setLinked(text === "on");
      },
      clear: () => setLinked(true),
    },
  ];
}

/** Which tours this run has something for: only those are offered. Pure. */

import type { Facts } from "./facts";
import { gradientGuide } from "./gradients";
import { grokkingGuide } from "./grokking";
import { lookGuide } from "./look";
import type { GuideId } from "./names";
import { type Found, organizeGuide } from "./organize";
import { sickGuide } from "./sick";
import { type Guide, isCard } from "./tour";

/** found: the clearest real split, null = there is none. */
export function guidesOf(facts: Facts, found: Found | null): Guide[] {
  const all = [
    lookGuide(facts),
    organizeGuide(facts, found),
    gradientGuide(facts),
    sickGuide(facts),
    grokkingGuide(facts),
  ];
  return all.filter((guide): guide is Guide => guide?.cards.some(isCard) ?? false);
}

/** Why one isn't offered, for whoever asked for it by a link. */
export const WHY_NOT: Readonly<Record<GuideId, string>> = {
  looking: "What you are looking at: it needs a run with two snapshots.",
  embeddings: "How embeddings organize: no groups of rows part clearly in this run.",
  gradients: "Reading gradient flow: it needs gradients of two steps.",
  diagnosis: "Diagnosing a sick run: nothing worse than a note was found in this one.",
  grokking: "The grokking story: this run did not learn by heart first and generalize much later.",
};

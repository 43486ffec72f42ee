/** Which tours this run has something for: only those are offered. Pure. */

import type { Facts } from "./facts";
import { gradientGuide } from "./gradients";
import { grokkingGuide } from "./grokking";
import { lookGuide } from "./look";
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

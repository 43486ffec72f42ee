/** One card of a tour: what it says, where in the tour it is, and the way on. */

import { useEffect, useRef } from "preact/hooks";
import { integer } from "../format";
import { guideColor } from "../store/guide_marks";
import { isFirst, isLast, lastCard, leaveGuide, nextCard, placeSaid, running, standsFor } from "../store/guide_run";
import { theme } from "../store/settings";

export const TITLE_ID = "guide-title";
export const TEXT_ID = "guide-text";

/** onSize: what it says has changed, and so its height. */
export function GuideCard({ onSize }: { onSize(): void }) {
  const now = running.value;
  const next = useRef<HTMLButtonElement>(null);
  const key = now?.card.key;
  useEffect(() => {
    // After driver.js, which takes the first control it finds.
    const timer = window.setTimeout(() => next.current?.focus({ preventScroll: true }), 0);
    return () => window.clearTimeout(timer);
  }, [key]);
  useEffect(onSize, [key, now?.ready, now?.leftOut.length]);
  if (!now) return null;
  const { card, guide, ready, leftOut } = now;
  return (
    <div class="guide-body">
      <p class="guide-where">
        {guide.title} <span>{placeSaid.value}</span>
      </p>
      <h2 id={TITLE_ID}>{card.title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div id={TEXT_ID} class="guide-text" tabIndex={0} aria-live="polite">
        {leftOut.map((sentence) => (
          <p key={sentence} class="guide-left-out">
            {sentence}
          </p>
        ))}
        {card.show.groups && (
          <ul class="guide-groups">
            {card.show.groups.map(({ name }, i) => (
              <li key={name}>
                <i style={{ borderColor: guideColor(i, theme.value) }} />
                {name}
              </li>
            ))}
          </ul>
        )}
        {card.text.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        {ready && standsFor.value !== null && (
          <p class="guide-nearest">
            On screen is step {integer(standsFor.value)}: the snapshot nearest to step {integer(card.show.step)}.
          </p>
        )}
        {!ready && (
          <p class="guide-waiting" role="status">
            Bringing what this tells of …
          </p>
        )}
      </div>
      <div class="guide-feet">
        <div class="guide-ways">
          <button type="button" class="button" disabled={isFirst.value} onClick={lastCard}>
            Back
          </button>
          <button ref={next} type="button" class="button main" onClick={nextCard}>
            {isLast.value ? "Done" : "Next"}
          </button>
        </div>
        <div class="guide-ends">
          <button type="button" class="link" onClick={() => void leaveGuide(true)} title="Back to what you had (Esc)">
            Leave
          </button>
          <button
            type="button"
            class="link"
            aria-label="Leave and keep this view"
            onClick={() => void leaveGuide(false)}
          >
            <span class="guide-keep">
              <span class="guide-wide">Leave and </span>keep this view
            </span>
          </button>
        </div>
      </div>
    </div>
  );
}

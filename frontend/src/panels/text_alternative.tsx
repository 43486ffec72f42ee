/** What the picture shows, in words, for those who can't see it: told when the cursor rests, never in playback. */

import { untracked, useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { colors, sizes } from "../store/appearance";
import { visible } from "../store/filters";
import { following, playing } from "../store/playback";
import { details, selected } from "../store/selection";
import { mode, openTable, projection } from "../store/settings";
import { cloud, loadedVersion, step } from "../store/timeline";
import { pictureInWords } from "./words";

const REST_MS = 600;
/** A run that grows by itself is told of this often, not with each snapshot. */
const GROWTH_MS = 20_000;

export function TextAlternative() {
  const [told, setTold] = useState("");
  const last = useRef({ at: Number.NEGATIVE_INFINITY, row: null as number | null });
  useSignalEffect(() => {
    if (playing.value || !cloud.value) return;
    // Each of these changes what there is to tell.
    const follow = [step, visible, colors, sizes, details, mode, projection, loadedVersion];
    for (const one of follow) one.value;
    const row = selected.value;
    const asked = row !== last.current.row || !following.value;
    const wait = asked ? REST_MS : Math.max(REST_MS, last.current.at + GROWTH_MS - performance.now());
    const timer = window.setTimeout(() => {
      last.current = { at: performance.now(), row };
      setTold(untracked(pictureInWords));
    }, wait);
    return () => window.clearTimeout(timer);
  });
  return (
    <>
      <p class="hidden-text" aria-live="polite" data-what="picture">
        {told}
      </p>
      <button type="button" class="button table-button" onClick={() => openTable(true)}>
        Table of what is shown
      </button>
    </>
  );
}

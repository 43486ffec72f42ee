/** What colours, sizes and trails mean. Entries of classes and clusters choose what is drawn. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { integer } from "../format";
import { colorsByClass, shownColorBy, trailCount, trailSteps } from "../store/appearance";
import { cloud } from "../store/timeline";
import { useSize } from "../use_size";
import { ClassEntries, ClusterEntries } from "./legend_entries";
import { ColorScale, SizeScale } from "./legend_scale";

/** Each leaves out more than the one before; the last breaks into lines. */
const LEVELS = ["whole", "brief", "short", "names", "close", "lines"] as const;

export function Legend() {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const fit = () => {
    const legend = box.current;
    if (!legend || legend.clientWidth === 0) return;
    for (const level of LEVELS) {
      legend.dataset.level = level;
      const inner = legend.querySelectorAll(".entries, .scale-name");
      if (![legend, ...inner].some((one) => one.scrollWidth > one.clientWidth)) break;
    }
  };
  useLayoutEffect(fit, [size.value.width]);
  // What is said changes on its own, without this component being drawn again.
  useEffect(() => {
    const observer = new MutationObserver(fit);
    if (box.current) observer.observe(box.current, { childList: true, characterData: true, subtree: true });
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} class="legend">
      {cloud.value && <Meanings />}
    </div>
  );
}

function Meanings() {
  return (
    <>
      {colorsByClass.value ? <ClassEntries /> : shownColorBy.value === "cluster" ? <ClusterEntries /> : <ColorScale />}
      <span class="spacer" />
      <SizeScale />
      {trailCount.value > 0 && (
        <span class="legend-trail">
          <svg width="32" height="12" viewBox="0 0 32 12" aria-hidden="true">
            <path d="M1 11C10 9 14 4 31 1.500c-8 4-16 8-30 9.500z" fill="currentColor" />
          </svg>
          last {integer(trailSteps.value)} steps
        </span>
      )}
    </>
  );
}

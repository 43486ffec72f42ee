/** What colours, sizes and trails mean. */

import { useComputed } from "@preact/signals";
import { gradient } from "../color";
import { integer, number } from "../format";
import { colorsByClass, scale, shownColorBy, trailCount, trailSteps } from "../store/appearance";
import { embedding, rowNoun } from "../store/runs";
import { palette, sizeBy, theme } from "../store/settings";
import { cloud } from "../store/timeline";
import { classColor } from "../tokens";

export function Legend() {
  if (!cloud.value) return null;
  const counted = sizeBy.value === "count" && !!embedding.value?.counts;
  return (
    <div class="legend">
      {colorsByClass.value ? <Classes /> : <ColorScale />}
      <span class="spacer" />
      {counted && (
        <span class="legend-size">
          <i class="ball" style={{ width: "6px", height: "6px" }} />
          <i class="ball" style={{ width: "9px", height: "9px" }} />
          <i class="ball" style={{ width: "14px", height: "14px" }} />
          count
        </span>
      )}
      {trailCount.value > 0 && (
        <span class="legend-trail">
          <svg width="32" height="12" viewBox="0 0 32 12" aria-hidden="true">
            <path d="M1 11C10 9 14 4 31 1.500c-8 4-16 8-30 9.500z" fill="currentColor" />
          </svg>
          last {integer(trailSteps.value)} steps
        </span>
      )}
    </div>
  );
}

function Classes() {
  const counts = useComputed(() => {
    const words = cloud.value?.words;
    const found = new Array<number>(words?.classes.length ?? 0).fill(0);
    for (const index of words?.classOf ?? []) found[index] = (found[index] ?? 0) + 1;
    return found;
  });
  return (
    <ul class="classes">
      {cloud.value?.words.classes.map(
        (one, i) =>
          (counts.value[i] ?? 0) > 0 && (
            <li key={one.name}>
              <i class="dot" style={{ background: classColor(one, theme.value) }} />
              <span class="long">{one.name}</span>
              <span class="short">{one.short}</span>
              <span class="figure">{integer(counts.value[i])}</span>
            </li>
          ),
      )}
    </ul>
  );
}

const NAMES = {
  class: "",
  cluster: "",
  norm: "Vector norm",
  gradient: "Gradient norm",
  displacement: "Moved since the first step, in the directions shown",
  count: "Count in the training text",
};

function ColorScale() {
  const ends = scale.value;
  const by = shownColorBy.value;
  const name = by === "class" ? (rowNoun.value === "position" ? "Position" : "Id") : NAMES[by];
  const written = (value: number) =>
    by === "class"
      ? integer(value)
      : by === "count"
        ? integer(10 ** value - 1)
        : number(by === "gradient" ? 10 ** value : value);
  return (
    <span class="color-scale">
      <span class="scale-name">{name}</span>
      {ends ? (
        <>
          <span class="figure">{written(ends.low)}</span>
          <i class="ramp" style={{ background: gradient(palette.value) }} />
          <span class="figure">{written(ends.high)}</span>
          {ends.log && <span>log</span>}
        </>
      ) : (
        <span class="figure">reading</span>
      )}
    </span>
  );
}

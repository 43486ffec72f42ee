/** The hairline that charts share, on the time axis: where the pointer is on any of them. */

import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { mapper } from "../axis";
import { hoverStep } from "../store/hover_step";
import { stepAxis } from "../store/step_axis";

export function HoverLine({ plot }: { plot: ReadonlySignal<{ readonly left: number; readonly right: number }> }) {
  const line = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const [at, range] = [hoverStep.value, stepAxis.value];
    const { left, right } = plot.value;
    if (!line.current) return;
    const shown = at !== null && range !== null && at >= range[0] && at <= range[1];
    line.current.hidden = !shown;
    if (shown) line.current.style.transform = `translateX(${mapper(range[0], range[1], left, right)(at)}px)`;
  });
  return <div ref={line} class="hover-line" hidden />;
}

/** The middle: the view that was chosen, and what has to be said whichever it is. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { VIEW_NAMES, type View, view } from "../store/view";
import { EmbeddingsView } from "./embeddings_view";
import { Notices } from "./notices";
import { HeatView, LayersPane } from "./parts";

export function Centre() {
  const box = useRef<HTMLElement>(null);
  useFocusKept(box);
  return (
    <main ref={box} class="centre">
      <Pane of="embeddings">
        <EmbeddingsView />
      </Pane>
      <Pane of="layers">
        <LayersPane />
      </Pane>
      <Pane of="heat">
        <HeatView />
      </Pane>
      <Notices />
    </main>
  );
}

/** A view is made when it is first looked at. From then on it stays, so that it is found again as it was left. */
function Pane({ of, children }: { of: View; children: ComponentChildren }) {
  const on = view.value === of;
  const made = useRef(false);
  made.current ||= on;
  return (
    <section class={on ? "pane on" : "pane"} data-view={of} aria-label={VIEW_NAMES[of]} inert={!on} tabIndex={-1}>
      {made.current && children}
    </section>
  );
}

/** Whoever worked in a view by keyboard goes on in the one that takes its place; elsewhere the focus stays. */
function useFocusKept(box: { readonly current: HTMLElement | null }): void {
  const now = view.value;
  const before = useRef(now);
  const pane = (of: View) => box.current?.querySelector<HTMLElement>(`[data-view="${of}"]`);
  // While this is drawn the old view still has it; afterwards the browser has taken it away.
  const moves = before.current !== now && (pane(before.current)?.contains(document.activeElement) ?? false);
  useLayoutEffect(() => {
    before.current = now;
    if (moves) pane(now)?.focus({ preventScroll: true });
  }, [now]);
}

/** What pointer and keyboard mean: turning, picking, lassoing, flying. Only passes on: the stage moves, the events tell. */

import { type Finger, listenForGestures } from "./gestures";
import { listenForKeys } from "./keys";
import type { Lasso } from "./lasso";
import { neighbour } from "./picking";
import type { Stage } from "./stage";
import type { FocusFrame } from "./surface";
import type { SceneEvents } from "./types";

/** What is listened to and whom it concerns. */
export interface Listened {
  readonly container: HTMLElement;
  /** Takes the pointer. */
  readonly surface: HTMLElement;
  readonly stage: Stage;
  readonly lasso: Lasso;
  readonly focus: FocusFrame;
  readonly events: SceneEvents;
  /** The row at a place, or so near that it is meant. */
  pick(x: number, y: number, touch: boolean): number | null;
  /** The pointer rests here, or has left. */
  point(place: Finger | null): void;
  dragging(now: boolean): void;
  /** The camera moved: draw, and tell. */
  moved(): void;
  /** Something on the overlay changed. */
  redraw(): void;
}

export function listenToPerson(to: Listened, signal: AbortSignal): void {
  const { container, surface, stage, lasso, events } = to;
  surface.addEventListener("pointerdown", () => container.focus({ preventScroll: true }), { signal, capture: true });
  const now = () => performance.now();
  const showAll = () => {
    stage.fit(now());
    to.redraw();
    events.onPose?.(null);
  };
  const flyTo = (rows: readonly number[]) => {
    if (stage.focus(rows, now())) to.moved();
  };
  listenForGestures(
    surface,
    {
      tool: () => stage.props.tool,
      orbit: (dx, dy) => {
        stage.orbit(dx, dy);
        to.moved();
      },
      pan: (dx, dy) => {
        stage.pan(dx, dy);
        to.moved();
      },
      zoom: (factor, x, y, smooth) => {
        stage.zoom(factor, x, y, smooth, now());
        to.moved();
      },
      point: (place) => to.point(place),
      choose: (x, y, touch, extend) => {
        const row = to.pick(x, y, touch);
        // A miss while adding is a slip: it must not throw away what was chosen.
        if (row !== null || !extend) events.onSelect(row, extend);
      },
      chooseTwice: (x, y, touch) => {
        const row = to.pick(x, y, touch);
        if (row === null) showAll();
        else flyTo([row]);
      },
      dragging: (held) => to.dragging(held),
      loopFrom: (x, y) => {
        lasso.begin(x, y);
        to.redraw();
      },
      loopTo: (x, y) => {
        if (lasso.extend(x, y)) to.redraw();
      },
      loopDone: (choice) => {
        const rows = lasso.end(stage.everyPoint());
        if (rows === null) return;
        events.onLasso?.(rows, choice);
        to.redraw();
      },
      loopDropped: () => {
        if (lasso.drop()) to.redraw();
      },
    },
    signal,
  );
  const atHand = () => stage.props.selected ?? stage.props.hovered;
  listenForKeys(
    container,
    {
      byKeyboard: () => !to.focus.byPointer,
      step: (dx, dy) => {
        const { view } = stage.shot;
        const row = neighbour(stage.everyPoint(), stage.props.selected, dx, dy, view.centreX, view.centreY);
        if (row !== null) events.onSelect(row, false);
      },
      clear: () => {
        const dropped = lasso.drop();
        if (dropped) to.redraw();
        return dropped;
      },
      extend: () => {
        const row = atHand();
        if (row !== null) events.onSelect(row, true);
      },
      zoom: (factor) => {
        const { view } = stage.shot;
        stage.zoom(factor, view.centreX, view.centreY, true, now());
        to.moved();
      },
      focus: () => {
        const row = atHand();
        flyTo(row === null ? stage.props.marks.flatMap((mark) => mark.rows) : [row]);
      },
      fit: showAll,
    },
    signal,
  );
}

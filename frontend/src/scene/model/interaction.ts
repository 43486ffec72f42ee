/** What a pointer and the keyboard do to the layers. */

import { listenForGestures } from "../gestures";
import { listenForKeys } from "../keys";
import type { Diagram } from "./flat/diagram";
import { nextSlab } from "./next_slab";
import type { Stage } from "./stage";
import type { Hit } from "./types";

const FINGER_REACH = 8;

export interface Person {
  readonly container: HTMLElement;
  readonly surface: HTMLElement;
  readonly stage: Stage;
  readonly diagram: Diagram;
  /** The focus came by a press. */
  byPointer(): boolean;
  /** The pointer is here, or gone. */
  point(at: { x: number; y: number } | null): void;
  dragging(held: boolean): void;
  choose(hit: Hit | null): void;
  focus(layer: number): void;
  zoom(factor: number): void;
  fit(): void;
  redraw(): void;
}

export function listenToPerson(person: Person, signal: AbortSignal): void {
  const { container, stage, surface } = person;
  surface.style.cursor = "grab";
  surface.addEventListener("pointerdown", () => container.focus({ preventScroll: true }), { signal, capture: true });
  const hitAt = (x: number, y: number, touch: boolean) => stage.pick(x, y, touch ? FINGER_REACH : 0);
  listenForGestures(
    surface,
    {
      tool: () => "turn",
      orbit: (dx, dy) => {
        stage.orbit(dx, dy);
        person.redraw();
      },
      pan: (dx, dy) => {
        stage.pan(dx, dy);
        person.redraw();
      },
      zoom: (factor, x, y, smooth) => {
        stage.zoom(factor, x, y, smooth, performance.now());
        person.redraw();
      },
      point: person.point,
      choose: (x, y, touch) => person.choose(hitAt(x, y, touch)),
      chooseTwice: (x, y, touch) => {
        const hit = hitAt(x, y, touch);
        if (hit === null) person.fit();
        else if ("layer" in hit) person.focus(hit.layer);
      },
      dragging: person.dragging,
      loopFrom: () => {},
      loopTo: () => {},
      loopDone: () => {},
      loopDropped: () => {},
    },
    signal,
  );
  const keys = {
    byKeyboard: () => !person.byPointer(),
    step: (dx: number, dy: number, from = stage.props.selected) => {
      const next = nextSlab(stage.props.layout.slabs, from, dx, -dy);
      if (next === null) return;
      // The pointer that rests on another slab has its say again when it moves.
      person.point(null);
      person.choose({ layer: next });
    },
    clear: () => false,
    extend: () => {},
    zoom: person.zoom,
    focus: () => {
      const layer = stage.props.selected ?? stage.props.hovered;
      if (layer !== null) person.focus(layer);
    },
    fit: person.fit,
  };
  listenForKeys(container, keys, signal);
  person.diagram.listen(keys, signal);
}

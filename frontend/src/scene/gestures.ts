/** Pointer, wheel and touch, told as intentions: orbit, pan, zoom, point at, choose. */

export interface GestureHooks {
  orbit(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  /** factor > 1 = nearer, about (x, y). `smooth` = from a wheel's click, worth easing. */
  zoom(factor: number, x: number, y: number, smooth: boolean): void;
  /** The pointer rests or moves at (x, y) without a button, or has left (null). */
  point(place: { x: number; y: number } | null): void;
  /** A click or tap. */
  choose(x: number, y: number, touch: boolean): void;
  /** A double click or tap. */
  chooseTwice(x: number, y: number): void;
  dragging(now: boolean): void;
}

/** A press that moved less than this is a click, CSS px. */
const CLICK_SLACK = 5;
const WHEEL_STEP = 0.0016;

interface Finger {
  x: number;
  y: number;
}

/** Listens on `surface` until `signal`. With one finger or button 0 it orbits; with Shift, Ctrl, another button or two fingers it pans. */
export function listenForGestures(surface: HTMLElement, hooks: GestureHooks, signal: AbortSignal): void {
  const fingers = new Map<number, Finger>();
  let travelled = 0;
  let mostFingers = 0;

  const place = (event: MouseEvent): Finger => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent) => {
    if (fingers.size === 0) {
      travelled = 0;
      mostFingers = 0;
    }
    fingers.set(event.pointerId, place(event));
    mostFingers = Math.max(mostFingers, fingers.size);
    surface.setPointerCapture(event.pointerId);
  };

  const move = (event: PointerEvent) => {
    const now = place(event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== "touch") hooks.point(now);
      return;
    }
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    travelled += Math.hypot(dx, dy);
    const middle = middleOf(fingers);
    const spread = spreadOf(fingers);
    fingers.set(event.pointerId, now);
    if (travelled < CLICK_SLACK) return;
    hooks.dragging(true);
    if (fingers.size >= 2) {
      const after = middleOf(fingers);
      hooks.pan(after.x - middle.x, after.y - middle.y);
      if (spread > 0) hooks.zoom(spreadOf(fingers) / spread, after.x, after.y, false);
    } else if (mostFingers > 1) {
      // The last finger of a pinch lifts a little later: it means nothing.
    } else if (event.shiftKey || event.ctrlKey || event.metaKey || (event.buttons & 1) === 0) {
      hooks.pan(dx, dy);
    } else {
      hooks.orbit(dx, dy);
    }
  };

  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return;
    hooks.dragging(false);
    if (event.pointerType !== "touch") hooks.point(place(event));
    if (event.type === "pointerup" && travelled < CLICK_SLACK && mostFingers === 1 && event.button === 0) {
      const { x, y } = place(event);
      hooks.choose(x, y, event.pointerType === "touch");
    }
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    // Lines and pages of a mouse wheel are made into px; a trackpad's pinch comes as Ctrl with small steps.
    const px = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    const step = WHEEL_STEP * (event.ctrlKey ? 6 : 1);
    const { x, y } = place(event);
    hooks.zoom(Math.exp(-Math.max(-240, Math.min(240, px)) * step), x, y, Math.abs(px) >= 60);
  };

  surface.addEventListener("pointerdown", down, { signal });
  surface.addEventListener("pointermove", move, { signal });
  surface.addEventListener("pointerup", up, { signal });
  surface.addEventListener("pointercancel", up, { signal });
  surface.addEventListener("pointerleave", () => hooks.point(null), { signal });
  surface.addEventListener("wheel", wheel, { signal, passive: false });
  const twice = (event: MouseEvent) => {
    const { x, y } = place(event);
    hooks.chooseTwice(x, y);
  };
  surface.addEventListener("dblclick", twice, { signal });
  surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
}

function middleOf(fingers: ReadonlyMap<number, Finger>): Finger {
  let [x, y] = [0, 0];
  for (const finger of fingers.values()) {
    x += finger.x / fingers.size;
    y += finger.y / fingers.size;
  }
  return { x, y };
}

function spreadOf(fingers: ReadonlyMap<number, Finger>): number {
  const middle = middleOf(fingers);
  let sum = 0;
  for (const finger of fingers.values()) sum += Math.hypot(finger.x - middle.x, finger.y - middle.y);
  return sum / Math.max(1, fingers.size);
}

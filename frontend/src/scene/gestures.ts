/** Pointer, wheel and touch, told as intentions: orbit, pan, zoom, draw a loop, point at, choose. */

import type { Choice, Tool } from "./types";

export interface GestureHooks {
  /** What dragging means just now. */
  tool(): Tool;
  orbit(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  /** factor > 1 = nearer, about (x, y). `smooth` = from a wheel's click, worth easing. */
  zoom(factor: number, x: number, y: number, smooth: boolean): void;
  /** The pointer rests or moves at (x, y) without a button, or has left (null). */
  point(place: Finger | null): void;
  /** A click or tap. extend: with Shift, Ctrl or Cmd. */
  choose(x: number, y: number, touch: boolean, extend: boolean): void;
  /** A double click or tap. */
  chooseTwice(x: number, y: number, touch: boolean): void;
  dragging(now: boolean): void;
  /** A loop round points: where the drag began, where it goes, closed on release; or dropped, as when a second finger comes down. */
  loopFrom(x: number, y: number): void;
  loopTo(x: number, y: number): void;
  loopDone(choice: Choice): void;
  loopDropped(): void;
}

/** A place on the surface, CSS px. */
export interface Finger {
  readonly x: number;
  readonly y: number;
}

/** A press that moved less than this is a click, CSS px. */
const CLICK_SLACK = 5;
const WHEEL_STEP = 0.0016;

/** Listens on `surface` until `signal`. One finger or button 0 orbits, or draws a loop with the lasso or Alt; Ctrl, another button, two
 *  fingers, or Shift where no loop is drawn, pan. */
export function listenForGestures(surface: HTMLElement, hooks: GestureHooks, signal: AbortSignal): void {
  const fingers = new Map<number, Finger>();
  let travelled = 0;
  let mostFingers = 0;
  let looping = false;
  /** The lasso was taken by Alt alone: then Alt can't also mean to remove. */
  let byAlt = false;
  let touch = false;
  let started: Finger = { x: 0, y: 0 };

  const place = (event: MouseEvent): Finger => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent) => {
    if (fingers.size === 0) {
      travelled = 0;
      mostFingers = 0;
      byAlt = hooks.tool() === "turn";
      looping = event.button === 0 && !event.ctrlKey && !event.metaKey && (!byAlt || event.altKey);
      if (looping) started = place(event);
    } else if (looping) {
      looping = false;
      hooks.loopDropped();
    }
    touch = event.pointerType === "touch";
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
    const still = travelled < CLICK_SLACK;
    travelled += Math.hypot(dx, dy);
    const middle = middleOf(fingers);
    const spread = spreadOf(fingers);
    fingers.set(event.pointerId, now);
    // Two fingers click nothing: were their first steps passed over, one finger's would be and the other's not, and the picture would jump.
    if (travelled < CLICK_SLACK && fingers.size < 2) return;
    hooks.dragging(true);
    if (looping) {
      if (still) hooks.loopFrom(started.x, started.y);
      hooks.loopTo(now.x, now.y);
    } else if (fingers.size >= 2) {
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
    if (looping && travelled >= CLICK_SLACK) {
      if (event.type === "pointerup") hooks.loopDone(choiceOf(event, byAlt));
      else hooks.loopDropped();
    }
    looping = false;
    if (event.pointerType !== "touch") hooks.point(place(event));
    if (event.type === "pointerup" && travelled < CLICK_SLACK && mostFingers === 1 && event.button === 0) {
      const { x, y } = place(event);
      hooks.choose(x, y, touch, event.shiftKey || event.ctrlKey || event.metaKey);
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
    if (!event.shiftKey && !event.ctrlKey && !event.metaKey) hooks.chooseTwice(x, y, touch);
  };
  surface.addEventListener("dblclick", twice, { signal });
  surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
}

function choiceOf(event: PointerEvent, byAlt: boolean): Choice {
  if (event.shiftKey) return "add";
  return event.altKey && !byAlt ? "remove" : "replace";
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

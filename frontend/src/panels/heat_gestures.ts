/** What pointers and wheels do on the map: point, click, mark a part of the time, zoom. */

export interface MapPoint {
  /** CSS px from the left edge of the centre, and from the top of the map's first line. */
  readonly x: number;
  readonly y: number;
}

export interface MapGestures {
  onPoint(at: MapPoint | null): void;
  onClick(at: MapPoint): void;
  /** While a part is being marked; null = no longer. */
  onMark(part: readonly [number, number] | null): void;
  onMarked(from: number, to: number): void;
  onReset(): void;
  onZoom(factor: number, x: number): void;
  onMove(share: number): void;
  /** The map is longer than its window: the wheel belongs to the scroll bar. */
  scrolls(): boolean;
}

const DRAG_PX = 5;
const ZOOM_PER_PX = 0.0025;

/** Listens on the scrolling window of the map; all ends with `signal`. */
export function listenToMap(box: HTMLElement, on: MapGestures, signal: AbortSignal): void {
  let down: { id: number; x: number; y: number } | null = null;
  let marking = false;
  const at = (event: MouseEvent): MapPoint => {
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top + box.scrollTop };
  };
  function end(): void {
    down = null;
    marking = false;
    on.onMark(null);
  }
  const listen = <K extends keyof HTMLElementEventMap>(kind: K, does: (event: HTMLElementEventMap[K]) => void) =>
    box.addEventListener(kind, does, { signal, passive: kind !== "wheel" });
  listen("pointerdown", (event) => {
    // On the scroll bar, which takes its own.
    if (event.button !== 0 || !event.isPrimary || event.offsetX > box.clientWidth) return;
    down = { id: event.pointerId, ...at(event) };
    box.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const here = at(event);
    if (down?.id === event.pointerId) {
      marking ||= Math.abs(here.x - down.x) >= DRAG_PX;
      if (marking) {
        on.onPoint(null);
        on.onMark([down.x, here.x]);
      }
    } else if (event.pointerType !== "touch") on.onPoint(here);
  });
  listen("pointerup", (event) => {
    if (down?.id !== event.pointerId) return;
    const [from, marked, here] = [down.x, marking, at(event)];
    end();
    if (marked) on.onMarked(from, here.x);
    else {
      on.onClick(here);
      on.onPoint(here);
    }
  });
  listen("pointercancel", end);
  listen("pointerleave", (event) => {
    if (event.pointerType !== "touch") on.onPoint(null);
  });
  listen("dblclick", () => on.onReset());
  listen("wheel", (event) => {
    // With Ctrl, which pinching on a touchpad is too, it always zooms; sideways it moves.
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !sideways && on.scrolls()) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (sideways && !event.ctrlKey) on.onMove((event.deltaX * unit) / box.clientWidth);
    else on.onZoom(Math.exp(event.deltaY * unit * ZOOM_PER_PX * (event.ctrlKey ? 4 : 1)), at(event).x);
  });
}

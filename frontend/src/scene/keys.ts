/** The keyboard on the focused cloud. */

export interface KeyHooks {
  /** The keyboard came here by itself: after a mere click arrows go through time and Space plays, as on the rest of the page. */
  byKeyboard(): boolean;
  /** To the nearest row in the direction (dx, dy) of the screen. */
  step(dx: number, dy: number): void;
  /** Drops a loop that is being drawn; false = there is none: Escape is the page's. */
  clear(): boolean;
  /** The selected row joins what is chosen, or leaves it. */
  extend(): void;
  zoom(factor: number): void;
  /** Fly to what is selected. */
  focus(): void;
  fit(): void;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const ZOOM = 1.25;

/** Listens while `container` itself has the focus; keys typed into fields inside it aren't ours. */
export function listenForKeys(container: HTMLElement, hooks: KeyHooks, signal: AbortSignal): void {
  const pressed = (event: KeyboardEvent) => {
    if (event.target !== container || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if ((step !== undefined || event.key === " ") && !hooks.byKeyboard()) return;
    if (event.key === "Escape" && !hooks.clear()) return;
    if (step !== undefined) hooks.step(step[0], step[1]);
    else if (event.key === "+" || event.key === "=") hooks.zoom(ZOOM);
    else if (event.key === "-" || event.key === "_") hooks.zoom(1 / ZOOM);
    else if (event.key === " " || (event.key === "Enter" && event.shiftKey)) hooks.extend();
    else if (event.key === "f" || event.key === "F" || event.key === ".") hooks.focus();
    else if (event.key === "0") hooks.fit();
    else if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
  };
  container.addEventListener("keydown", pressed, { signal });
}

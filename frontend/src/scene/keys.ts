/** The keyboard on the focused cloud. */

export interface KeyHooks {
  /** Whether arrows are wanted here: after a mere click they go through time, as on the rest of the page. */
  arrows(): boolean;
  /** To the nearest row in the direction (dx, dy) of the screen. */
  step(dx: number, dy: number): void;
  clear(): void;
  zoom(factor: number): void;
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
    if (step !== undefined && !hooks.arrows()) return;
    if (step !== undefined) hooks.step(step[0], step[1]);
    else if (event.key === "Escape") hooks.clear();
    else if (event.key === "+" || event.key === "=") hooks.zoom(ZOOM);
    else if (event.key === "-" || event.key === "_") hooks.zoom(1 / ZOOM);
    else if (event.key === "0" || event.key === "f") hooks.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  container.addEventListener("keydown", pressed, { signal });
}

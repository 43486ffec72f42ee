/** The container's own elements: the canvases, and a frame that shows the keyboard's focus. */

import { css, type Palette } from "./palette";

const CROSS_FADE_MS = 200;

/** Lays a canvas over the whole container. */
export function layOver(container: HTMLElement, element: HTMLElement, layer: number): void {
  Object.assign(element.style, {
    position: "absolute",
    inset: "0",
    width: "100%",
    height: "100%",
    display: "block",
    zIndex: String(layer),
  });
  container.append(element);
}

/** Shows or hides a canvas over another, in 200 ms unless motion is reduced. */
export function crossFade(element: HTMLElement, shown: boolean, reducedMotion: boolean): void {
  element.style.transition = reducedMotion ? "none" : `opacity ${CROSS_FADE_MS}ms linear`;
  element.style.opacity = shown ? "1" : "0";
}

/** Makes the container focusable and positioned, and shows a ring in the accent colour while the keyboard is on it. */
export class FocusFrame {
  readonly #frame = document.createElement("div");
  /** The focus came by a press, not by the keyboard. */
  byPointer = false;
  readonly #gaveTabIndex: boolean;
  readonly #gavePosition: boolean;

  constructor(
    readonly container: HTMLElement,
    signal: AbortSignal,
  ) {
    this.#gaveTabIndex = !container.hasAttribute("tabindex");
    if (this.#gaveTabIndex) container.tabIndex = 0;
    this.#gavePosition = getComputedStyle(container).position === "static";
    if (this.#gavePosition) container.style.position = "relative";
    container.style.outline = "none";
    layOver(container, this.#frame, 3);
    Object.assign(this.#frame.style, { pointerEvents: "none", boxSizing: "border-box", borderRadius: "4px" });
    this.#show(false);
    container.addEventListener("focus", () => this.#show(container.matches(":focus-visible")), { signal });
    const leave = (byPointer: boolean) => () => {
      this.byPointer = byPointer;
      this.#show(false);
    };
    container.addEventListener("blur", leave(false), { signal });
    container.addEventListener("pointerdown", leave(true), { signal });
    container.addEventListener("keydown", () => this.#show(!this.byPointer && container.matches(":focus")), { signal });
  }

  color(palette: Palette): void {
    this.#frame.style.border = `2px solid ${css(palette.accent)}`;
  }

  dispose(): void {
    this.#frame.remove();
    this.container.style.outline = "";
    if (this.#gaveTabIndex) this.container.removeAttribute("tabindex");
    if (this.#gavePosition) this.container.style.position = "";
  }

  #show(shown: boolean): void {
    this.#frame.style.visibility = shown ? "visible" : "hidden";
  }
}

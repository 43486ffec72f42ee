/** The only place that asks for animation frames. Draws when something called invalidate(), never otherwise. */

const MAX_PIXEL_RATIO = 2;

export interface ViewportHooks {
  /** CSS px and canvas px per CSS px; before the first picture and whenever one of them changes. */
  resize(width: number, height: number, pixelRatio: number): void;
  /** Draws; true = something is still moving, draw again. `waited`: ms since the picture was asked for, about 16 when all is well. */
  draw(now: number, waited: number): boolean;
}

export class Viewport {
  frames = 0;
  width = 0;
  height = 0;
  pixelRatio = 1;
  /** Nothing is drawn by itself: whoever wants a picture draws it. */
  resting = false;
  #pending = 0;
  #wanted = false;
  readonly #observer: ResizeObserver;
  readonly #ended = new AbortController();

  constructor(
    readonly container: HTMLElement,
    readonly hooks: ViewportHooks,
  ) {
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(container);
    const { signal } = this.#ended;
    document.addEventListener("visibilitychange", () => this.#schedule(), { signal });
    this.#watchPixelRatio();
  }

  /** At most one picture per animation frame, none while the container has no size or the page is hidden. */
  invalidate(): void {
    this.#wanted = true;
    this.#schedule();
  }

  /** Measures at once: the container's size is known before its observer reports. */
  start(): void {
    this.#measure();
  }

  dispose(): void {
    this.#ended.abort();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#pending);
  }

  #schedule(): void {
    if (
      !this.#wanted ||
      this.resting ||
      this.#pending !== 0 ||
      this.width === 0 ||
      this.height === 0 ||
      document.hidden
    )
      return;
    const asked = performance.now();
    this.#pending = requestAnimationFrame((now) => {
      this.#pending = 0;
      if (this.#ended.signal.aborted || this.resting || this.width === 0 || this.height === 0) return;
      this.#wanted = false;
      this.frames += 1;
      if (this.hooks.draw(now, performance.now() - asked)) this.invalidate();
    });
  }

  #measure(): void {
    const width = this.container.clientWidth;
    const height = this.container.clientHeight;
    const pixelRatio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio || 1);
    if (width === this.width && height === this.height && pixelRatio === this.pixelRatio) return;
    this.width = width;
    this.height = height;
    this.pixelRatio = pixelRatio;
    if (width === 0 || height === 0) return;
    this.hooks.resize(width, height, pixelRatio);
    this.invalidate();
  }

  /** A window dragged to another screen changes no size, only the ratio. */
  #watchPixelRatio(): void {
    if (this.#ended.signal.aborted) return;
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      this.#measure();
      this.#watchPixelRatio();
    };
    query.addEventListener("change", changed, { once: true, signal: this.#ended.signal });
  }
}

/** One explanation, or several that share a button, in a popover beside what they explain. At most one is open. */

import { render } from "preact";
import { besideSubject } from "../explain/place";
import { openGlossary } from "../store/explanations";
import type { ExplainProps } from "./explain";
import { CardBody } from "./explain_words";

type CardProps = Omit<ExplainProps, "of"> & { readonly keys: readonly string[] };

interface Open {
  readonly button: HTMLElement;
  readonly popover: HTMLElement;
  /** It was pressed for: it stays until it is closed, and has the focus. */
  pinned: boolean;
  readonly ended: AbortController;
}

/** So long a pointer may need from the button to the popover. */
const LEAVE_MS = 240;
/** What an explanation of something inside them must not lie over. */
const SUBJECTS = ".phase-card, .left-panel, .drawer, .inspector, .window, .heat-head, .dock, .legend";

let current: Open | null = null;
let leaving = 0;

/** pressed: by key or click, else the pointer rests on the button. Pressed again it closes. */
export function showCard(button: HTMLElement, props: CardProps, pressed: boolean): void {
  if (current?.button === button) {
    if (!pressed) return;
    if (current.pinned) close(true);
    else pin(current);
    return;
  }
  if (!pressed && current?.pinned) return;
  close(false);
  // Inside a window that is over the page only what belongs to it can be reached; a card that goes with the pointer
  // and the focus stays while they are in what belongs to it.
  const around = button.closest("dialog[open], .phase-card") ?? button.closest(".page");
  if (!around) return;
  const popover = document.createElement("div");
  popover.popover = "manual";
  popover.className = "explanation-card";
  around.append(popover);
  const open: Open = { button, popover, pinned: false, ended: new AbortController() };
  current = open;
  listen(open);
  render(<CardBody {...props} onClose={() => close(true)} onMore={more} onDrawn={() => put(open)} />, popover);
  popover.showPopover();
  put(open);
  button.ariaExpanded = "true";
  if (pressed) pin(open);
}

/** The thing that is explained has gone. */
export function closeCardOf(button: HTMLElement): void {
  if (current?.button === button) close(false);
}

function pin(open: Open): void {
  open.pinned = true;
  open.popover.querySelector<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
}

function more(key: string): void {
  const back = current?.button;
  close(false);
  // The glossary gives the focus back to where it was opened from.
  back?.focus();
  openGlossary(key);
}

/** giveBack: the focus goes to the button again, where it is in the popover. */
function close(giveBack: boolean): void {
  const was = current;
  if (!was) return;
  current = null;
  window.clearTimeout(leaving);
  was.ended.abort();
  const inside = was.popover.contains(document.activeElement);
  was.button.ariaExpanded = "false";
  was.popover.hidePopover();
  render(null, was.popover);
  was.popover.remove();
  if (giveBack && inside) was.button.focus({ preventScroll: true });
}

function listen(open: Open): void {
  const { signal } = open.ended;
  const { button, popover } = open;
  const holds = (target: EventTarget | null) =>
    target instanceof Node && (popover.contains(target) || button.contains(target));
  // Before everything else: Esc closes this and nothing below it.
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
        close(true);
      } else if (event.key === "Tab" && popover.contains(document.activeElement)) goOn(event, open);
    },
    { signal, capture: true },
  );
  // The page's own keys wait while the focus is in here.
  for (const kind of ["keydown", "click", "pointerdown", "pointermove", "wheel"])
    popover.addEventListener(kind, (event) => event.stopPropagation(), { signal });
  window.addEventListener("pointerdown", (event) => !holds(event.target) && close(false), { signal, capture: true });
  window.addEventListener("scroll", (event) => !holds(event.target) && put(open), { signal, capture: true });
  window.addEventListener("resize", () => put(open), { signal });
  for (const part of [button, popover]) {
    part.addEventListener("pointerenter", () => window.clearTimeout(leaving), { signal });
    part.addEventListener(
      "pointerleave",
      () => {
        if (open.pinned) return;
        window.clearTimeout(leaving);
        leaving = window.setTimeout(() => current === open && !open.pinned && close(false), LEAVE_MS);
      },
      { signal },
    );
  }
}

/** From the last control in here Tab goes on behind the button, from the first Shift+Tab to the button itself. */
function goOn(event: KeyboardEvent, { button, popover }: Open): void {
  const all = [...popover.querySelectorAll<HTMLElement>("button")];
  const at = document.activeElement;
  if (event.shiftKey ? at !== all[0] && all.includes(at as HTMLElement) : at !== all.at(-1)) return;
  if (event.shiftKey) event.preventDefault();
  button.focus({ preventScroll: true });
  close(false);
}

function put({ button, popover }: Open): void {
  if (!popover.isConnected) return;
  const of = button.getBoundingClientRect();
  const subject = (button.closest(SUBJECTS) ?? button).getBoundingClientRect();
  const size = { width: popover.offsetWidth, height: popover.offsetHeight };
  const within = { width: window.innerWidth, height: window.innerHeight };
  const [left, top] = besideSubject(of, subject, size, within);
  popover.style.left = `${Math.round(left)}px`;
  popover.style.top = `${Math.round(top)}px`;
}

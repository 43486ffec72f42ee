/** A row or a list of buttons that is one stop of the Tab key: arrows, Home and End go from button to button in it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nextPlace } from "./roving_place";

interface RovingProps {
  as?: "div" | "ul";
  /** What lies side by side takes left and right, a list up and down. */
  along: "row" | "list";
  class: string;
  label?: string;
  title?: string;
  children: ComponentChildren;
}

export function Roving({ as = "div", along, class: name, label, title, children }: RovingProps) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => (box.current ? rove(box.current, along) : undefined), [as, along]);
  const given = { ref: box as never, class: name, "aria-label": label, title, children };
  return as === "ul" ? <ul {...given} /> : <div {...given} role="toolbar" />;
}

/** Returns what lets go of it. */
function rove(box: HTMLElement, along: "row" | "list"): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let stop: HTMLElement | null = null;
  /** Whoever clicks a button means the time axis with the arrows that follow. */
  let byKeyboard = false;
  const buttons = () => [...box.querySelectorAll<HTMLButtonElement>("button:enabled")].filter(isOwn);
  const isOwn = (one: HTMLElement) => one.closest("dialog, [popover], [role=dialog], .explanation-card") === null;
  const settle = () => {
    const all = buttons();
    if (stop === null || !all.includes(stop as HTMLButtonElement)) stop = all[0] ?? null;
    for (const one of all) one.tabIndex = one === stop ? 0 : -1;
  };
  settle();
  const watching = new MutationObserver(settle);
  watching.observe(box, { childList: true, subtree: true, attributeFilter: ["disabled"] });
  box.addEventListener(
    "focusin",
    ({ target }) => {
      byKeyboard = (target as HTMLElement).matches(":focus-visible");
      if (!buttons().includes(target as HTMLButtonElement)) return;
      stop = target as HTMLElement;
      settle();
    },
    { signal },
  );
  box.addEventListener(
    "keydown",
    (event) => {
      const all = buttons();
      const at = all.indexOf(event.target as HTMLButtonElement);
      const next = byKeyboard && !event.defaultPrevented ? nextPlace(event, at, all.length, along) : null;
      if (next === null) return;
      event.preventDefault();
      all[next]?.focus();
    },
    { signal },
  );
  return () => {
    watching.disconnect();
    ended.abort();
  };
}

/** The button that opens what can be taken away, in each of the views; what is in it comes with the first wish to see it. */

import { useSignalEffect } from "@preact/signals";
import { useId, useRef, useState } from "preact/hooks";
import { runName } from "../store/runs";
import { forgetSavings, saveAsked } from "../store/saving";
import { layout } from "../store/settings";
import { type View, view } from "../store/view";
import { Icon } from "./icons";
import { SaveChoices } from "./parts";

const GAP = 6;
const EDGE = 8;

/** of: the view it stands in. */
export function SaveMenu({ of }: { of: View }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState(false);
  const ready = runName.value !== null;
  const seen = useRef(saveAsked.peek());

  useSignalEffect(() => {
    if (saveAsked.value === seen.current) return;
    seen.current = saveAsked.value;
    if (runName.peek() !== null && view.peek() === of) menu.current?.showPopover();
  });
  // With its view the menu goes.
  useSignalEffect(() => {
    if (view.value !== of && menu.current?.matches(":popover-open")) menu.current.hidePopover();
  });

  const onKeyDown = (event: KeyboardEvent) => onKey(event, menu.current, button.current);
  const begin = () => {
    if (!menu.current?.matches(":popover-open")) return;
    if (button.current) putBeside(menu.current, button.current);
    buttonsIn(menu.current)[0]?.focus();
  };
  const onToggle = (event: { readonly newState: string }) => {
    const open = event.newState === "open";
    button.current?.setAttribute("aria-expanded", String(open));
    if (!open) return;
    forgetSavings();
    setWanted(true);
    begin();
  };
  const close = () => menu.current?.hidePopover();

  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-button"
        popovertarget={id}
        aria-label="Save (P)"
        title="Save (P)"
        aria-haspopup="dialog"
        aria-expanded="false"
        disabled={!ready}
        onKeyDown={onKeyDown}
      >
        <Icon name="picture" />
      </button>
      <div
        id={id}
        ref={menu}
        class="save-menu"
        popover="auto"
        role="dialog"
        aria-label="Save"
        onToggle={onToggle}
        onKeyDown={onKeyDown}
      >
        {wanted && <SaveChoices of={of} close={close} shown={begin} />}
      </div>
    </>
  );
}

function buttonsIn(menu: HTMLElement): HTMLButtonElement[] {
  return [...menu.querySelectorAll<HTMLButtonElement>("button:enabled")];
}

/** Arrows go round, Home and End to the ends, Esc closes and gives the focus back. */
function onKey(event: KeyboardEvent, menu: HTMLElement | null, button: HTMLElement | null): void {
  if (!menu?.matches(":popover-open")) return;
  // The page's own keys wait while this is open.
  event.stopPropagation();
  if (event.key === "Escape") {
    event.preventDefault();
    menu.hidePopover();
    button?.focus();
    return;
  }
  const all = buttonsIn(menu);
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
    event.key
  ];
  if (next === undefined) return;
  event.preventDefault();
  all.at(at < 0 && next < 0 && event.key !== "End" ? -1 : next % all.length)?.focus();
}

/** Under its button, or along the lower edge of a phone, always inside the window. */
function putBeside(menu: HTMLElement, button: HTMLElement): void {
  const { bottom, right } = button.getBoundingClientRect();
  const { style } = menu;
  const low = layout.peek() === "phone";
  style.inset = low
    ? `auto ${EDGE}px ${EDGE}px ${EDGE}px`
    : `${bottom + GAP}px ${Math.max(EDGE, window.innerWidth - right)}px auto auto`;
  style.maxHeight = `${window.innerHeight - (low ? 0 : bottom + GAP) - 2 * EDGE}px`;
}

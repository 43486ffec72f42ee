/** Lights what a card tells of and puts the card beside it, with driver.js, which is fetched when a tour begins. */

import type { Driver, PopoverDOM } from "driver.js";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isLast, lastCard, leaveGuide, nextCard, running } from "../store/guide_run";
import { layout, reducedMotion } from "../store/settings";
import { lookFrom } from "./guide_camera";
import { GuideCard, TEXT_ID, TITLE_ID } from "./guide_card";

/** Dim enough to tell what is meant, light enough to see the rest. */
const DIM = 0.35;
const MOVE_MS = 240;
/** When it is looked again whether what is to be lit is there. */
const LATER_MS = [60, 400, 1200, 3000] as const;

/** The sheet has its height by then; from then on it is the reader's to scroll. */
const SETTLED_MS = 1200;

export function GuideStage() {
  const driver = useRef<Driver | null>(null);
  const now = running.value;
  const card = now?.card ?? null;
  useEffect(() => {
    const before = document.activeElement;
    const life = new AbortController();
    window.addEventListener("keydown", onKey, { signal: life.signal, capture: true });
    let gone = false;
    void import("driver.js").then(
      (part) => {
        if (gone) return;
        driver.current = made(part.driver);
        light(driver.current);
      },
      (error) => {
        console.warn(error);
        void leaveGuide(true);
      },
    );
    return () => {
      gone = true;
      life.abort();
      driver.current?.destroy();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    if (driver.current) light(driver.current);
  }, [card]);
  const ready = now?.ready ?? false;
  useEffect(() => {
    if (!ready || !card) return;
    // What is to be lit may come after the data: its part of the page is fetched when it is first wanted.
    const timers = LATER_MS.map((ms) =>
      window.setTimeout(() => {
        if (!driver.current) return;
        if (lit(card.at) !== driver.current.getActiveElement()) light(driver.current);
        if (ms <= SETTLED_MS) clearOfCard(driver.current);
      }, ms),
    );
    return () => timers.forEach(window.clearTimeout);
  }, [card, ready]);
  useEffect(() => {
    if (ready && card?.show.camera) return lookFrom(card.show.camera);
  }, [card, ready]);
  return null;
}

function made(driver: typeof import("driver.js").driver): Driver {
  return driver({
    animate: !reducedMotion.peek(),
    duration: MOVE_MS,
    overlayOpacity: DIM,
    stagePadding: 0,
    stageRadius: 6,
    popoverOffset: 8,
    allowKeyboardControl: false,
    // A slip of the finger must not end a tour.
    overlayClickBehavior: () => {},
    onDestroyed: unmount,
  });
}

let mounted: HTMLElement | null = null;

function unmount(): void {
  if (mounted) render(null, mounted);
  mounted = null;
}

function light(driver: Driver): void {
  const card = running.peek()?.card;
  if (!card) return;
  const element = lit(card.at);
  const inSheet = element?.closest(".sheet.open") ?? null;
  const below = element !== null && element.getBoundingClientRect().top > innerHeight / 2;
  const low = layout.peek() === "phone" && (below || inSheet !== null);
  driver.setConfig({ ...driver.getConfig(), animate: !reducedMotion.peek() });
  driver.highlight({
    ...(element ? { element } : {}),
    popover: {
      // Ours stands in their place: what is said of a run is never read as HTML.
      title: "",
      description: " ",
      popoverClass: low ? "guide-card above" : "guide-card",
      side: "right",
      align: "end",
      onPopoverRender: (parts) => fill(parts, driver),
    },
  });
}

/** On a phone the card stands over the open sheet's upper half: what is lit comes to lie below it. */
function clearOfCard(driver: Driver): void {
  const body = driver.getActiveElement()?.closest(".sheet.open .sheet-body");
  const card = document.querySelector(".guide-card.above");
  if (!body || !card) return;
  const top = driver.getActiveElement()?.getBoundingClientRect().top ?? 0;
  body.scrollTop += top - card.getBoundingClientRect().bottom - 8;
  driver.refresh();
}

/** The first of these that can be seen; null = none, and the card stands in the middle. */
function lit(places: string): HTMLElement | null {
  for (const place of places.split(",")) {
    const found = document.querySelector<HTMLElement>(place);
    if (found && found.offsetWidth > 0 && found.offsetHeight > 0) return found;
  }
  return null;
}

function fill({ wrapper, description }: PopoverDOM, driver: Driver): void {
  // Where our colours and fonts are known.
  document.querySelector(".page")?.append(wrapper);
  wrapper.setAttribute("aria-labelledby", TITLE_ID);
  wrapper.setAttribute("aria-describedby", TEXT_ID);
  if (mounted !== null) render(null, mounted);
  description.textContent = "";
  mounted = description;
  render(<GuideCard onSize={() => driver.refresh()} />, description);
}

/** While a tour runs its keys come before those of the page. */
function onKey(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest("dialog:modal")) return;
  const inside = target.closest(".guide-card") !== null;
  const button = inside && target.closest("button") !== null;
  if (event.key === "Tab") stepThrough(event);
  else if (event.key === "Escape") void leaveGuide(true);
  else if (event.key === "ArrowRight" && !isLast.peek()) nextCard();
  else if (event.key === "ArrowLeft") lastCard();
  else if (event.key === "Enter" && !button) nextCard();
  else if (button || event.key.startsWith("Arrow") || event.key.startsWith("Page")) return;
  event.preventDefault();
  event.stopPropagation();
}

/** From control to control of the card, round and round. */
function stepThrough(event: KeyboardEvent): void {
  const controls = [...document.querySelectorAll<HTMLElement>(".guide-card :is(button:enabled, [tabindex='0'])")];
  const at = controls.indexOf(document.activeElement as HTMLElement);
  const next = event.shiftKey ? at - 1 : at + 1;
  controls.at(next >= controls.length ? 0 : next)?.focus();
}

/** The video that is being made: what was chosen for it, and how far it is. */

import { signal } from "@preact/signals";

export const VIDEO_SECS = [5, 10, 20, 40] as const;
export const VIDEO_HEIGHTS = [720, 1080] as const;
export const VIDEO_RATES = [24, 30, 60] as const;

export interface VideoChoice {
  readonly secs: number;
  /** Px; pictures are 16:9. */
  readonly height: number;
  /** Pictures a second. */
  readonly rate: number;
  /** The part that is looped, where there is one; else the whole run. */
  readonly part: "run" | "loop";
  /** The camera turns slowly round what it looks at. */
  readonly turning: boolean;
}

export type Filming =
  | { readonly state: "working"; readonly done: number; readonly pictures: number; readonly doing: string }
  | { readonly state: "saved"; readonly name: string; readonly bytes: number }
  | { readonly state: "failed"; readonly why: string }
  | null;

export const videoOpen = signal(false);
export const videoChoice = signal<VideoChoice>({ secs: 20, height: 720, rate: 30, part: "run", turning: false });
export const filming = signal<Filming>(null);
/** The picture on screen rests meanwhile: what moves is drawn elsewhere. */
export const screenRests = signal(false);

let making: AbortController | null = null;

export function openVideo(open: boolean): void {
  if (!open) cancelVideo();
  videoOpen.value = open;
  if (open) filming.value = null;
}

export function chooseVideo(part: Partial<VideoChoice>): void {
  videoChoice.value = { ...videoChoice.peek(), ...part };
}

export function tellFilming(now: Filming): void {
  filming.value = now;
}

export function restScreen(rests: boolean): void {
  screenRests.value = rests;
}

/** Whoever makes one hears by the signal that it is no longer wanted. null = one is being made. */
export function beginVideo(): AbortSignal | null {
  if (filming.peek()?.state === "working") return null;
  making = new AbortController();
  return making.signal;
}

export function cancelVideo(): void {
  making?.abort();
  making = null;
}

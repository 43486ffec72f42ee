/** Which settings this browser remembers, with their defaults and the values they may have. */

import { batch, effect, type Signal } from "@preact/signals";
import { SPEEDS } from "../time/playback_math";
import * as settings from "./settings";

const KEY = "paramviz.settings";

export interface Setting {
  readonly held: Signal<unknown>;
  readonly initial: unknown;
  readonly allowed: readonly unknown[];
}

function setting<T>(held: Signal<T>, allowed: readonly T[]): Setting {
  return { held: held as Signal<unknown>, initial: held.peek(), allowed };
}

const YES_NO = [true, false] as const;

export const SETTINGS = {
  mode: setting(settings.mode, ["3d", "2d"]),
  labelMode: setting(settings.labelMode, ["off", "auto", "all"]),
  colorBy: setting(settings.colorBy, settings.COLOR_BY),
  sizeBy: setting(settings.sizeBy, settings.SIZE_BY),
  palette: setting(settings.palette, ["viridis", "cividis"]),
  pointScale: setting(settings.pointScale, settings.POINT_SCALES),
  trails: setting<boolean>(settings.trails, YES_NO),
  trailRows: setting<number>(settings.trailRows, settings.TRAIL_ROWS),
  positionOrder: setting<boolean>(settings.positionOrder, YES_NO),
  pace: setting(settings.pace, settings.PACES),
  speed: setting<number>(settings.speed, SPEEDS),
  loop: setting<boolean>(settings.loop, YES_NO),
  economize: setting<boolean>(settings.economize, YES_NO),
  lessMotion: setting<boolean>(settings.lessMotion, YES_NO),
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
const all = Object.entries(SETTINGS) as [SettingName, Setting][];

/** What storage holds: settings that differ from their defaults. */
let saved: Partial<Record<SettingName, unknown>> = {};
/** Values a link brought and the person has not touched: shown, but not remembered as theirs. */
const borrowed = new Map<SettingName, unknown>();

/** Takes over what was remembered; values that are none of the allowed ones are passed over. */
export function restoreSettings(): void {
  let found: Record<string, unknown> | null = null;
  try {
    found = JSON.parse(window.localStorage.getItem(KEY) ?? "{}");
  } catch {
    // storage is off or holds something else: the defaults serve
  }
  saved = {};
  borrowed.clear();
  batch(() => {
    for (const [name, { held, allowed }] of all) {
      const value = found?.[name];
      if (!allowed.includes(value)) continue;
      held.value = value;
      saved[name] = value;
    }
  });
}

/** The settings as they are now came with a link: whoever opens it keeps their own for the next time. */
export function borrowSettings(): void {
  for (const [name, { held }] of all) borrowed.set(name, held.peek());
}

export function rememberSettings(): () => void {
  return effect(keep);
}

function keep(): void {
  for (const [name, { held, initial }] of all) {
    const value = held.value;
    if (borrowed.has(name) && borrowed.get(name) === value) continue;
    borrowed.delete(name);
    if (value === initial) delete saved[name];
    else saved[name] = value;
  }
  try {
    window.localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    // storage is off: nothing to remember
  }
}

/** All of them back to their defaults at once, in storage too. */
export function resetSettings(): void {
  borrowed.clear();
  batch(() => {
    for (const [, { held, initial }] of all) held.value = initial;
  });
  keep();
}

export function settingsAreDefault(): boolean {
  return all.every(([, { held, initial }]) => held.value === initial);
}

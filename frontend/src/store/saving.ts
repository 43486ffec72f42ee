/** What is being saved, and how that goes. */

import { signal } from "@preact/signals";

export type Saving =
  | { readonly state: "working"; readonly doing: string }
  | { readonly state: "saved"; readonly said: string }
  | { readonly state: "failed"; readonly why: string };

/** By what is saved; absent = nothing was asked for yet. */
export const savings = signal<ReadonlyMap<string, Saving>>(new Map());
/** Grows with each wish to have the menu open. */
export const saveAsked = signal(0);

export const askToSave = () => {
  saveAsked.value++;
};

function set(key: string, now: Saving): void {
  savings.value = new Map(savings.peek()).set(key, now);
}

/** What was saved or failed is old news once the menu is opened again. */
export function forgetSavings(): void {
  savings.value = new Map([...savings.peek()].filter(([, { state }]) => state === "working"));
}

/** Does `work`, which tells what it is about and ends with a sentence: what was saved under which name. Nothing is begun twice at once. */
export async function save(key: string, work: (tell: (doing: string) => void) => Promise<string>): Promise<void> {
  if (savings.peek().get(key)?.state === "working") return;
  set(key, { state: "working", doing: "Saving" });
  try {
    const said = await work((doing) => set(key, { state: "working", doing }));
    set(key, { state: "saved", said });
  } catch (error) {
    const why = error instanceof Error && error.message !== "" ? error.message : "It could not be saved.";
    set(key, { state: "failed", why });
  }
}

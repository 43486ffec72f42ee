/** Whether this page came out of a file, and what that file keeps. */

import { signal } from "@preact/signals";

export interface Saved {
  /** Unix seconds. */
  readonly savedAt: number;
  /** It had been written to moments before: the run may have been going on still. */
  readonly live: boolean;
  readonly snapshots: { readonly kept: number; readonly of: number };
  readonly rows: readonly { readonly embedding: string; readonly kept: number; readonly of: number }[];
  /** Sentences about it. */
  readonly facts: readonly string[];
  readonly hasReport: boolean;
}

/** null = TensorBoard is behind the page. */
export const saved = signal<Saved | null>(null);

export const keepSaved = (value: Saved) => {
  saved.value = value;
};

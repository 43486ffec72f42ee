/** What stands in the file, read part by part as it is wanted. */

import { assert } from "../assert";
import { decode, type Reply } from "../pvz1";
import type { ArrayInfo, Insights, Model, RunInfo, ScalarTags, Sessions } from "../wire.gen";

/** The oldest and the newest form of a file that is understood here. */
const FORMAT = 1;

export interface Words {
  readonly format: number;
  readonly saved_at: number;
  readonly live: boolean;
  readonly snapshots: { readonly kept: number; readonly of: number };
  readonly rows: readonly { readonly embedding: string; readonly kept: number; readonly of: number }[];
  readonly curves_left_out: number;
  readonly facts: readonly string[];
  readonly steps: readonly number[];
  readonly wall_times: readonly (number | null)[];
  readonly info: RunInfo;
  readonly model: Model;
  readonly sessions: Sessions;
  readonly scalar_tags: ScalarTags;
  readonly insights: Insights;
  readonly report: { readonly name: string; readonly text: string } | null;
}

export interface Archive {
  readonly words: Words;
  /** A part of binary numbers, decoded once. */
  part<Header>(name: string): Promise<Reply<Header & { arrays: ArrayInfo[] }>>;
}

/** bytes: of a part as it stands in the file, null where there is none. */
export async function openArchive(bytes: (name: string) => Promise<ArrayBuffer | null>): Promise<Archive> {
  const found = await bytes("words");
  assert(found, "This file is not whole: save the run again.");
  const words: Words = JSON.parse(new TextDecoder().decode(found));
  assert(words.format === FORMAT, "This file was made by another version of Param Viz, which this page does not know.");
  const known = new Map<string, Promise<unknown>>();
  return {
    words,
    part<Header>(name: string) {
      type Found = Reply<Header & { arrays: ArrayInfo[] }>;
      const before = known.get(name) as Promise<Found> | undefined;
      if (before) return before;
      const reading = bytes(name).then((data) => {
        assert(data, `This file is not whole: it has no ${name}. Save the run again.`);
        return decode<Header & { arrays: ArrayInfo[] }>(data);
      });
      known.set(name, reading);
      return reading;
    },
  };
}

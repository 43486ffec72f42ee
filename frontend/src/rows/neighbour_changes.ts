/** What changed among a row's nearest neighbours from one step to another. Pure. */

export interface Near {
  readonly row: number;
  readonly similarity: number;
}

export type Change = "stayed" | "came" | "left";

export interface Changes {
  /** Of the earlier list: who left and who stayed; of the later: who came and who stayed. In the lists' own order. */
  readonly before: readonly (Near & { readonly change: Change })[];
  readonly after: readonly (Near & { readonly change: Change })[];
  readonly stayed: number;
  readonly came: number;
  readonly left: number;
}

export function changesOf(before: readonly Near[], after: readonly Near[]): Changes {
  const [old, now] = [new Set(before.map((near) => near.row)), new Set(after.map((near) => near.row))];
  const marked = {
    before: before.map((near) => ({ ...near, change: now.has(near.row) ? ("stayed" as const) : ("left" as const) })),
    after: after.map((near) => ({ ...near, change: old.has(near.row) ? ("stayed" as const) : ("came" as const) })),
  };
  const stayed = marked.after.filter((near) => near.change === "stayed").length;
  return { ...marked, stayed, came: after.length - stayed, left: before.length - stayed };
}

/** Brings the clusters that colours tell: those of the run's last step, the same for all steps on screen. A growing
 * run is asked again when it has doubled; clusters then keep their colours as far as their rows are the same. */

import { computed, effect, signal } from "@preact/signals";
import { getClusters } from "../api";
import { type Clusters, clusterNames, joinedClusters, keptNumbers } from "../rows/clusters";
import type { SnapshotSet } from "../time/snapshots";
import { latest, REST_MS } from "./latest";
import { colorBy, showing } from "./settings";
import { cloud, total } from "./timeline";

interface Known {
  readonly of: SnapshotSet;
  /** Of which step they are. */
  readonly step: number;
  readonly clusters: Clusters;
}

const known = signal<Known | null>(null);

/** Of the cloud on screen; null = not here yet. */
export const clusters = computed<Known | null>(() => (known.value?.of === cloud.value?.set ? known.value : null));

export const namesOfClusters = computed<readonly string[]>(() => {
  const now = cloud.value;
  const found = clusters.value;
  return now && found ? clusterNames(found.clusters, now.words.display, now.counts) : [];
});

/** Starts; returns what stops it. */
export function followClusters(): () => void {
  const asker = latest(read);
  const stop = effect(() => {
    const now = cloud.value;
    if (colorBy.value !== "cluster" || !now || total.value === 0 || !showing.value) return;
    const age = Math.floor(Math.log2(total.value));
    const paths = now.parts.map((part) => part.embedding.path);
    asker.want(`${now.run} ${paths} ${now.generation} ${age}`, REST_MS);
  });
  return () => {
    stop();
    asker.stop();
  };
}

async function read(signal: AbortSignal): Promise<void> {
  const now = cloud.peek();
  if (!now) return;
  const replies = await Promise.all(now.parts.map(({ embedding }) => getClusters(now.run, embedding.path, signal)));
  if (signal.aborted || cloud.peek()?.set !== now.set) return;
  const parts = replies.map((reply, i) => ({
    rows: now.parts[i]?.rows ?? 0,
    clusters: { of: reply.ints("clusters"), sizes: [...reply.ints("sizes")] },
  }));
  const found = joinedClusters(parts);
  const before = known.peek();
  known.value = {
    of: now.set,
    step: Math.max(...replies.map((reply) => reply.header.step)),
    clusters: before?.of === now.set ? keptNumbers(before.clusters, found) : found,
  };
}

/** One layer through the run and all layers at the cursor: what the inspector tells of, as far as it is here. */

import { computed, signal } from "@preact/signals";
import { indexAt } from "./curves";
import { layers } from "./layers";
import { layersModel as model } from "./side";

/** All statistics of one layer in columns of steps. Arrays are [S, C], NaN = not measured. */
export interface Course {
  readonly run: string;
  readonly generation: number;
  readonly path: string;
  readonly stats: readonly string[];
  /** Snapshots there are. */
  readonly total: number;
  readonly firstStep: number;
  readonly lastStep: number;
  /** Columns hold edges[c] <= step < edges[c + 1]. */
  readonly edges: Float64Array;
  readonly shown: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly counts: Float64Array;
  readonly columns: number;
}

/** All statistics of all layers at one step, [L, S], as they were recorded. */
export interface Snapshot {
  readonly run: string;
  readonly generation: number;
  readonly step: number;
  readonly stats: readonly string[];
  readonly values: Float32Array;
  readonly layers: number;
}

const MOST_HELD = 12;
export const courses = signal<ReadonlyMap<string, Course>>(new Map());
export const snapshotNow = signal<Snapshot | null>(null);

/** What layers that do the same in other blocks are compared by: the same for every layer that is looked at. */
export const kindStat = signal("update_ratio");

export function setKindStat(stat: string): void {
  kindStat.value = stat;
}

export function keepCourse(course: Course): void {
  const before = courses.peek();
  const next = new Map([...before].filter(([, one]) => one.run === course.run && one.generation === course.generation));
  next.delete(course.path);
  next.set(course.path, course);
  for (const path of next.keys()) {
    if (next.size <= MOST_HELD) break;
    next.delete(path);
  }
  courses.value = next;
}

export function keepSnapshot(snapshot: Snapshot | null): void {
  snapshotNow.value = snapshot;
}

/** Courses of the run on screen by path. */
export const coursesHere = computed<ReadonlyMap<string, Course>>(() => {
  const name = model.value?.run;
  return new Map([...courses.value].filter(([, one]) => one.run === name));
});

/** The part of a course that is one statistic's; null where it has none such. */
export function rowOf(course: Course, stat: string, which: "shown" | "low" | "high" = "shown"): Float32Array | null {
  const at = course.stats.indexOf(stat);
  return at < 0 ? null : course[which].subarray(at * course.columns, (at + 1) * course.columns);
}

/** The middle of the snapshots' steps that a column stands for: its own step where it holds one snapshot. */
export function stepsOf(course: Course): Float64Array {
  const single = course.counts.every((count) => count <= 1);
  return Float64Array.from({ length: course.columns }, (_, c) => {
    const [from, to] = [course.edges[c] as number, course.edges[c + 1] as number];
    return single ? from : (from + to - 1) / 2;
  });
}

export interface Reading {
  readonly value: number;
  /** Not measured at this very step: the last one before it. */
  readonly held: boolean;
}

/** A layer's statistic at a step: as recorded there, else from its course; NaN = never measured. */
export function readingAt(layer: number, stat: string, step: number | null): Reading {
  const now = snapshotNow.value;
  const path = layers.value[layer]?.path ?? "";
  if (step === null) return { value: Number.NaN, held: false };
  const answered = now?.run === model.value?.run && now?.step === step && now.layers === layers.value.length;
  if (now && answered) {
    const at = now.stats.indexOf(stat);
    const value = at < 0 ? Number.NaN : (now.values[layer * now.stats.length + at] as number);
    if (!Number.isNaN(value)) return { value, held: false };
  }
  const course = coursesHere.value.get(path);
  const row = course && rowOf(course, stat);
  if (!course || !row) return { value: Number.NaN, held: false };
  return { value: row[Math.max(0, indexAt(course.edges.subarray(0, course.columns), step))] as number, held: answered };
}

/** A made-up run that looks like a character model's: noise at the start, classes that part, rare signs that drift away. */

import type { Rgb, Theme } from "../src/scene/types";

export const CLASSES = ["lower-case vowel", "consonant", "upper case", "punctuation", "whitespace"] as const;
const COLORS: Record<Theme, readonly Rgb[]> = {
  dark: [
    [47, 195, 154],
    [98, 189, 242],
    [240, 169, 43],
    [221, 143, 187],
    [245, 236, 106],
  ],
  light: [
    [0, 138, 102],
    [10, 118, 184],
    [217, 138, 0],
    [185, 88, 142],
    [163, 145, 0],
  ],
};
const LETTERS = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const COMMON = " etaonhisr\ndlumw,y.fcgbp'kv:;I-TAE?S!WHOMBDNLCRFPGYUVKJzxQjq3X&Z$";

export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function classOf(letter: string): number {
  if ("aeiou".includes(letter)) return 0;
  if (/[a-z]/.test(letter)) return 1;
  if (/[A-Z]/.test(letter)) return 2;
  return letter.trim() === "" ? 4 : 3;
}

export interface Run {
  readonly labels: string[];
  readonly classes: number[];
  readonly counts: Float32Array;
  /** Positions of snapshot t, [R * 3]; the same object each time. */
  readonly snapshots: Float32Array[];
}

const CENTRES: readonly (readonly [number, number, number])[] = [
  [-0.72, 0.2, 0.3],
  [-0.45, 0.34, 0.05],
  [0.02, -0.32, 0.02],
  [-0.28, 0.25, 0.35],
  [-0.75, -0.05, 0.5],
];
const OUTLYING: Record<string, readonly [number, number, number]> = {
  $: [0.98, 0.66, 0.1],
  "&": [0.93, 0.62, 0.12],
  3: [0.52, 0.28, 0.3],
  z: [0.36, 0.42, 0.1],
  x: [0.24, 0.28, 0.25],
  j: [0.15, 0.34, 0.05],
  q: [0.12, 0.32, 0],
  Q: [0.48, 0.02, 0.05],
  X: [0.42, 0, 0],
  Z: [0.5, -0.02, 0.15],
  J: [0.34, -0.02, 0.3],
  "\n": [-0.4, -0.12, 0.35],
  ":": [-0.4, -0.32, 0.4],
  "'": [-0.42, 0.08, 0.2],
  V: [0.32, -0.25, 0.1],
  I: [-0.22, -0.48, 0.5],
};

export function madeUpRun(rows: number, snapshots: number): Run {
  const random = generator(7);
  const normal = () => (random() + random() + random() + random() - 2) * 0.9;
  const letters = Array.from({ length: rows }, (_, row) => (rows === 65 ? (LETTERS[row] ?? "a") : wordFor(row)));
  const classes = letters.map((letter) => classOf(letter.slice(-1)));
  const goals = letters.map((letter, row) => {
    const [x, y, z] = (rows === 65 && OUTLYING[letter]) || CENTRES[classes[row] ?? 0] || [0, 0, 0];
    const spread = OUTLYING[letter] && rows === 65 ? 0.02 : 0.14 + rows / 60000;
    return [x + normal() * spread, y + normal() * spread * 0.8, z + normal() * spread * 1.4] as const;
  });
  const starts = goals.map(() => [normal() * 0.1, normal() * 0.1, normal() * 0.1] as const);
  const wobble = goals.map(() => [normal(), normal(), normal()] as const);
  const list: Float32Array[] = [];
  for (let t = 0; t < snapshots; t += 1) {
    const place = new Float32Array(rows * 3);
    for (let row = 0; row < rows; row += 1) {
      const letter = letters[row] ?? "";
      const slow = rows === 65 && OUTLYING[letter] ? 2.2 : 0.7 + (row % 7) / 9;
      const share = 1 - Math.exp((-3.2 * t) / snapshots / slow);
      for (let k = 0; k < 3; k += 1) {
        const walk = Math.sin(t * 0.9 + (wobble[row]?.[k] ?? 0) * 40 + k) * 0.012 * (1 - share * 0.6);
        place[row * 3 + k] = (starts[row]?.[k] ?? 0) * (1 - share) + (goals[row]?.[k] ?? 0) * share + walk;
      }
    }
    list.push(place);
  }
  const counts = Float32Array.from(letters, (letter, row) =>
    rows === 65 ? 50000 * 0.88 ** Math.max(0, COMMON.indexOf(letter)) : 60000 / (row + 2),
  );
  return { labels: letters, classes, counts, snapshots: list };
}

function wordFor(row: number): string {
  const random = generator(row + 1);
  const length = 2 + Math.floor(random() * 6);
  let word = random() < 0.4 ? " " : "";
  for (let k = 0; k < length; k += 1) word += LETTERS[39 + Math.floor(random() * 26)] ?? "a";
  return random() < 0.2 ? word.toUpperCase() : word;
}

export function colorsOf(classes: readonly number[], theme: Theme): Uint8Array {
  return Uint8Array.from(classes.flatMap((kind) => [...(COLORS[theme][kind] ?? [128, 128, 128])]));
}

export function sizesOf(counts: Float32Array): Float32Array {
  const [low, high] = [Math.log(Math.min(...counts.slice(0, 5000))), Math.log(Math.max(...counts.slice(0, 5000)))];
  const [small, large] = counts.length > 3000 ? [2, 5] : [5.5, 13.5];
  return counts.map((count) => small + (large - small) * ((Math.log(count) - low) / (high - low)));
}

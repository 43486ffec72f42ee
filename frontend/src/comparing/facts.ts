/** What differs between two runs, as rows of a table: figures, model, optimizer, recording. Pure. */

import { compact, integer, percent, shape } from "../format";
import type { Layer, Model } from "../wire.gen";

export interface Fact {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
}

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const ABSENT = "–";

export function fact(name: string, a: string, b: string): Fact {
  return { name, a, b, same: a === b };
}

/** Of both models what their records say; equal ones too, told as such. */
export function modelFacts(a: Model, b: Model): FactGroup[] {
  return [
    { title: "Model", facts: [...sizes(a, b), ...layerFacts(a.layers, b.layers)] },
    { title: "Optimizer", facts: flatFacts(a.optimizer, b.optimizer) },
    { title: "Recording", facts: [...recorded(a, b), ...flatFacts(a.schedule, b.schedule)] },
  ].filter((group) => group.facts.length > 0);
}

function sizes(a: Model, b: Model): Fact[] {
  const parameters = (model: Model) => compact(model.layers.reduce((sum, layer) => sum + layer.parameters, 0));
  const blocks = (model: Model) =>
    integer(new Set(model.layers.map((layer) => layer.block).filter((block) => block !== null)).size);
  return [
    fact("class", a.model_class || ABSENT, b.model_class || ABSENT),
    fact("parameters", parameters(a), parameters(b)),
    fact("layers", integer(a.layers.length), integer(b.layers.length)),
    fact("blocks", blocks(a), blocks(b)),
  ];
}

/** Shapes are told of each kind of layer once: 48 blocks of another width are one fact. */
function layerFacts(a: readonly Layer[], b: readonly Layer[]): Fact[] {
  const [inA, inB] = [byKind(a), byKind(b)];
  const facts: Fact[] = [];
  for (const kind of new Set([...inA.keys(), ...inB.keys()])) {
    const [one, other] = [inA.get(kind), inB.get(kind)];
    const text = (found: ReadonlySet<string> | undefined) => (found ? [...found].join(", ") : ABSENT);
    facts.push(fact(kind, text(one), text(other)));
  }
  const frozen = (layers: readonly Layer[]) => integer(layers.filter((layer) => !layer.trainable).length);
  facts.push(fact("frozen layers", frozen(a), frozen(b)));
  return facts;
}

/** The path without its block's number says what a layer is in every block. */
function byKind(layers: readonly Layer[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const layer of layers) {
    const kind = layer.block === null ? layer.path : layer.path.replace(/(^|\.)\d+(?=\.|$)/, "$1*");
    const known = found.get(kind) ?? new Set();
    known.add(`${shape(layer.shape)} ${layer.dtype}${layer.tied_to ? ", tied" : ""}`.trim());
    found.set(kind, known);
  }
  return found;
}

function recorded(a: Model, b: Model): Fact[] {
  const rows = (model: Model, path: string) => {
    const one = model.embeddings.find((candidate) => candidate.path === path);
    if (!one) return ABSENT;
    const count = one.rows
      ? `${integer(one.rows.length)} of ${integer(one.shape[0])} rows`
      : `all ${integer(one.shape[0])} rows`;
    return one.directions === null ? count : `${count}, ${integer(one.directions)} dimensions`;
  };
  const paths = new Set([...a.embeddings, ...b.embeddings].map((one) => one.path));
  const facts = [...paths].map((path) => fact(path, rows(a, path), rows(b, path)));
  facts.push(fact("statistics", integer(a.stats.length), integer(b.stats.length)));
  return facts;
}

const NAMES: Record<string, string> = { lr: "learning rate", every: "snapshot every", max_overhead: "cost at most" };

/** Nested ones by their path: "groups 1 weight decay". */
export function flatFacts(a: Record<string, unknown>, b: Record<string, unknown>): Fact[] {
  const [inA, inB] = [new Map(leaves(a)), new Map(leaves(b))];
  const names = [...new Set([...inA.keys(), ...inB.keys()])];
  return names.map((name) => fact(name, inA.get(name) ?? ABSENT, inB.get(name) ?? ABSENT));
}

const DEEPEST = 4;

function leaves(of: unknown, path: readonly string[] = []): [string, string][] {
  const name = path.map((part) => NAMES[part] ?? part.replaceAll("_", " ")).join(" ");
  if (path.length < DEEPEST && isRecord(of)) {
    return Object.entries(of).flatMap(([key, each]) => leaves(each, [...path, key]));
  }
  if (path.length < DEEPEST && Array.isArray(of) && of.length > 0 && of.every(isRecord)) return leavesOfEach(of, name);
  const text = valueText(path.at(-1) ?? "", of);
  return text === null ? [] : [[name, text]];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Groups of parameters: what they all have alike is told once, the rest of each. */
function leavesOfEach(groups: readonly Record<string, unknown>[], name: string): [string, string][] {
  const each = groups.map((group) => new Map(leaves(group)));
  const keys = [...new Set(each.flatMap((one) => [...one.keys()]))];
  return keys.flatMap((key): [string, string][] => {
    const texts = each.map((one) => one.get(key) ?? ABSENT);
    if (texts.every((text) => text === texts[0])) return [[key, texts[0] as string]];
    return texts.map((text, i) => [`${key}, ${name.replace(/s$/, "")} ${i + 1}`, text]);
  });
}

/** As exactly as it was written: 3e-4 and 3.1e-4 are two learning rates. */
function valueText(name: string, value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return ABSENT;
    if (/overhead|share/.test(name)) return percent(value);
    return Number.isInteger(value) ? integer(value) : String(Number(value.toPrecision(6)));
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value))
    return value.length === 0 ? null : value.map((each) => valueText(name, each) ?? ABSENT).join(", ");
  return String(value);
}

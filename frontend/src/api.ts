/** The only place that fetches. Addresses are relative to the frame's base, `…/data/plugin/paramviz/`. */

import { decode, type Reply } from "./pvz1";
import type {
  ArrayInfo,
  ClustersHeader,
  CostsHeader,
  HeatHeader,
  Insights,
  LayerHeader,
  Model,
  PositionsHeader,
  ProbeHeader,
  RowHistoryHeader,
  RowNormsHeader,
  RowsHeader,
  Runs,
  ScalarsHeader,
  ScalarTags,
  Sessions,
  StatsHeader,
  StepsHeader,
  ThumbsHeader,
  UmapHeader,
  UmapState,
  Updates,
} from "./wire.gen";

/** The server's own sentence; status 0 = no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Arguments = Record<string, string | number | null | undefined>;

/** The address below which all routes lie. */
export const baseAddress = () => new URL(".", document.baseURI).href;

/** base: for a worker, which has no document. */
export function address(route: string, query: Arguments = {}, base = document.baseURI): string {
  const url = new URL(route, base);
  url.hash = "";
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** Who answers: the server, or, in a file that was saved of a run, the file itself. */
export interface Source {
  json<T>(route: string, query: Arguments, signal: AbortSignal | null, base?: string): Promise<T>;
  binary<H extends { arrays: ArrayInfo[] }>(
    route: string,
    query: Arguments,
    signal: AbortSignal | null,
  ): Promise<Reply<H>>;
  response(route: string, query: Arguments, signal: AbortSignal | null): Promise<Response>;
  /** Where a file to keep is, of what has no server to ask. */
  file?(route: string): { at: string; name: string };
}

async function asked(route: string, query: Arguments, signal: AbortSignal | null, base?: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(route, query, base), { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "TensorBoard does not answer.");
  }
  if (!response.ok) throw new ApiError(response.status, (await response.text()).slice(0, 300));
  return response;
}

async function askedJson<T>(route: string, query: Arguments, signal: AbortSignal | null, base?: string): Promise<T> {
  return (await asked(route, query, signal, base)).json() as Promise<T>;
}

async function askedBinary<H extends { arrays: ArrayInfo[] }>(
  route: string,
  query: Arguments,
  signal: AbortSignal | null,
): Promise<Reply<H>> {
  return decode<H>(await (await asked(route, query, signal)).arrayBuffer());
}

let source: Source = { json: askedJson, binary: askedBinary, response: asked };

/** Before anything is asked for. */
export function setSource(other: Source): void {
  source = other;
}

const json: Source["json"] = (...question) => source.json(...question);
const binary: Source["binary"] = (...question) => source.binary(...question);
const get: Source["response"] = (...question) => source.response(...question);

export const getRuns = (signal: AbortSignal | null = null) => json<Runs>("runs", {}, signal);

/** Everything after `cursor`, 0 = all; the server keeps an answer without news for up to `wait` seconds. */
export const getUpdates = (cursor: number, wait: number, signal: AbortSignal | null, base: string) =>
  json<Updates>("updates", { cursor, wait }, signal, base);

export const getModel = (run: string, signal: AbortSignal | null) => json<Model>("model", { run }, signal);

export const getSessions = (run: string, signal: AbortSignal | null) => json<Sessions>("sessions", { run }, signal);

export const getScalarTags = (run: string, signal: AbortSignal | null) => json<ScalarTags>("scalars", { run }, signal);

export const getScalars = (run: string, tag: string, points: number, signal: AbortSignal | null) =>
  binary<ScalarsHeader>("scalars", { run, tag, points }, signal);

/** from: only those at or after this step. */
export const getSteps = (run: string, from: number | null, signal: AbortSignal | null) =>
  binary<StepsHeader>("steps", { run, from }, signal);

export interface PositionsQuery {
  run: string;
  embedding: string;
  from?: number | null;
  to?: number | null;
  stride?: number;
  projection?: string;
  /** Another embedding, whose rows follow. */
  with?: string;
  layout?: "together" | "apart";
  /** A run on whose basis it is drawn. */
  basis_of?: string;
}

export const getPositions = (query: PositionsQuery, signal: AbortSignal | null) =>
  binary<PositionsHeader>("positions", { ...query }, signal);

export const getRows = (
  run: string,
  embedding: string,
  step: number,
  rows: readonly number[],
  signal: AbortSignal | null,
) => binary<RowsHeader>("rows", { run, embedding, rows: rows.join(","), step }, signal);

export const getRowNorms = (run: string, embedding: string, step: number, signal: AbortSignal | null) =>
  binary<RowNormsHeader>("rows", { run, embedding, step }, signal);

export const getClusters = (run: string, embedding: string, signal: AbortSignal | null) =>
  binary<ClustersHeader>("clusters", { run, embedding }, signal);

export const getRowHistory = (run: string, embedding: string, row: number, signal: AbortSignal | null) =>
  binary<RowHistoryHeader>("rows", { run, embedding, rows: row }, signal);

/** How far it is, or the picture once it is done. Asking begins it. */
export async function getUmap(
  run: string,
  embedding: string,
  step: number,
  signal: AbortSignal | null,
): Promise<UmapState | Reply<UmapHeader>> {
  const response = await get("umap", { run, embedding, step }, signal);
  const isState = response.headers.get("content-type")?.includes("json") ?? false;
  return isState ? response.json() : decode<UmapHeader>(await response.arrayBuffer());
}

export interface ExportQuery {
  run: string;
  embedding: string;
  what: "embeddings" | "positions";
  format: "csv" | "json" | "npz";
}

/** A file that the server makes: data of the whole run, the run as one HTML file, or what is said of it in Markdown. */
export type FileQuery =
  | ({ readonly route: "export" } & ExportQuery)
  | { readonly route: "share" | "report"; run: string };

const ENDINGS = { share: "html", report: "md" } as const;

/** Its address and name, once the server said that it would send it: what fails later, the browser tells. */
export async function askFile(
  { route, ...query }: FileQuery,
  signal: AbortSignal | null,
): Promise<{ at: string; name: string }> {
  if (source.file) return source.file(route);
  const at = address(route, query);
  const answer = await fetch(at, { method: "HEAD", signal }).catch(() => null);
  // Only a question for the whole of it is answered with the reason.
  if (!answer?.ok) await get(route, query, signal);
  const [, name] = /filename="([^"]+)"/.exec(answer?.headers.get("content-disposition") ?? "") ?? [];
  const other = "what" in query ? `${query.what}.${query.format}` : `${query.run}.${ENDINGS[route as "share"]}`;
  return { at, name: name ?? other };
}

export interface HeatQuery {
  run: string;
  stat: string;
  columns: number;
  from?: number;
  to?: number;
}

export const getHeat = (query: HeatQuery, signal: AbortSignal | null) =>
  binary<HeatHeader>("heat", { ...query }, signal);

export interface LayerQuery {
  run: string;
  path: string;
  columns: number;
  from?: number;
  to?: number;
}

export const getLayer = (query: LayerQuery, signal: AbortSignal | null) =>
  binary<LayerHeader>("layer", { ...query }, signal);

/** All statistics of all layers at the snapshots between two steps. */
export const getStats = (query: { run: string; from: number; to: number }, signal: AbortSignal | null) =>
  binary<StatsHeader>("stats", { ...query }, signal);

export const getCosts = (run: string, signal: AbortSignal | null) => binary<CostsHeader>("costs", { run }, signal);

export const getInsights = (run: string, signal: AbortSignal | null) => json<Insights>("insights", { run }, signal);

export const getProbe = (run: string, signal: AbortSignal | null) => binary<ProbeHeader>("probe", { run }, signal);

/** step: null = the last. */
export const getThumbs = (run: string, step: number | null, signal: AbortSignal | null) =>
  binary<ThumbsHeader>("thumbs", { run, step }, signal);

/** Everything first, then what changes. */
export function openEvents(base: string): EventSource {
  return new EventSource(address("events", {}, base));
}

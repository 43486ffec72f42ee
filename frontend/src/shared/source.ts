/** Answers the page's questions from the file instead of a server. */

import { ApiError, type Arguments, type Source } from "../api";
import type { Reply } from "../pvz1";
import type { ArrayInfo } from "../wire.gen";
import type { Archive } from "./archive";
import {
  type CloudHeader,
  cloudOf,
  clustersFrom,
  historyFrom,
  type KeptCloud,
  normsFrom,
  positionsFrom,
  rowsFrom,
} from "./clouds";
import { type CurvesHeader, scalarsFrom, type ThumbsPartHeader, thumbsFrom } from "./curves";
import { rangeOf, replyOf } from "./reply";
import { heatFrom, type KeptStatistics, layerFrom, type StatisticsHeader, statisticsOf, statsFrom } from "./statistics";

const notKept = (what: string) =>
  new ApiError(404, `This file doesn’t keep ${what}; open the run in TensorBoard for that.`);

const text = (value: Arguments[string]) => (value === null || value === undefined ? null : String(value));
const number = (value: Arguments[string]) => (value === null || value === undefined ? null : Number(value));

type Binary = (query: Arguments) => Promise<Reply<never>>;

export function sourceOf(archive: Archive): Source {
  const { words } = archive;
  const { run } = words.info;
  const clouds = new Map<string, Promise<KeptCloud>>();
  let report: string | null = null;
  let statistics: Promise<KeptStatistics> | null = null;

  function cloud(query: Arguments): Promise<KeptCloud> {
    const path = text(query.embedding) ?? "";
    const at = words.rows.findIndex((one) => one.embedding === path);
    if (at < 0) throw notKept(`the embedding ${path}`);
    let found = clouds.get(path);
    if (!found) {
      found = archive.part<CloudHeader>(`cloud-${at}`).then(cloudOf);
      clouds.set(path, found);
    }
    return found;
  }

  function kept(): Promise<KeptStatistics> {
    statistics ??= archive.part<StatisticsHeader>("statistics").then(statisticsOf);
    return statistics;
  }

  const columns = (query: Arguments) => ({
    columns: number(query.columns),
    from: number(query.from),
    to: number(query.to),
  });

  /** A part that is a reply already. */
  const whole = async (name: string, arrays: Record<string, "numbers" | "floats">): Promise<Reply<never>> => {
    const part = await archive.part<object>(name);
    const found = Object.entries(arrays).map(([of, kind]) => [of, part[kind](of)]);
    return replyOf({ ...part.header, run, generation: 0 }, Object.fromEntries(found));
  };

  const answers: Record<string, Binary> = {
    async steps(query) {
      const all = Float64Array.from(words.steps);
      const [first] = rangeOf(all, number(query.from), null);
      const walls = Float64Array.from(words.wall_times, (wall) => wall ?? Number.NaN);
      return replyOf({ run, generation: 0, first }, { steps: all.slice(first), wall_times: walls.slice(first) });
    },
    async positions(query) {
      const projection = text(query.projection) ?? "joint";
      if (projection !== "joint") throw notKept("other projections");
      if (text(query.with) !== null) throw notKept("two embeddings in one picture");
      if (text(query.basis_of) !== null) throw notKept("other runs");
      const range = { from: number(query.from), to: number(query.to), stride: number(query.stride) ?? 1 };
      return positionsFrom(await cloud(query), run, range);
    },
    async rows(query) {
      const [of, step] = [await cloud(query), number(query.step)];
      const rows = text(query.rows)?.split(",").map(Number) ?? null;
      if (rows === null) return normsFrom(of, run, step ?? Number.NaN);
      return step === null ? historyFrom(of, run, rows) : rowsFrom(of, run, step, rows);
    },
    clusters: async (query) => clustersFrom(await cloud(query), run),
    stats: async (query) => statsFrom(await kept(), run, number(query.from), number(query.to)),
    heat: async (query) => heatFrom(await kept(), run, text(query.stat) ?? "", columns(query)),
    layer: async (query) => layerFrom(await kept(), run, text(query.path) ?? "", columns(query)),
    async scalars(query) {
      const part = await archive.part<CurvesHeader>("curves");
      return scalarsFrom(part, run, text(query.tag) ?? "", number(query.points) ?? 2000);
    },
    thumbs: async (query) => thumbsFrom(await archive.part<ThumbsPartHeader>("thumbs"), run, number(query.step)),
    probe: () => whole("probe", { steps: "numbers", wall_times: "numbers", probe: "floats" }),
    costs: () => whole("costs", COSTS),
  };

  const told: Record<string, (query: Arguments) => unknown> = {
    runs: () => ({
      runs: [words.info],
      other_runs: [],
      notices: [],
      loading: { done: true, bytes_read: 0, bytes_total: 0 },
      cursor: 0,
    }),
    model: () => words.model,
    sessions: () => words.sessions,
    scalars: () => words.scalar_tags,
    insights: () => words.insights,
  };

  function asked(query: Arguments): void {
    const name = text(query.run);
    if (name !== null && name !== run) throw notKept("other runs");
  }

  return {
    async json<T>(route: string, query: Arguments): Promise<T> {
      asked(query);
      const answer = told[route];
      if (!answer) throw notKept(`what “${route}” tells`);
      return answer(query) as T;
    },
    async binary<Header extends { arrays: ArrayInfo[] }>(route: string, query: Arguments): Promise<Reply<Header>> {
      asked(query);
      const answer = answers[route];
      if (!answer) throw notKept(`what “${route}” tells`);
      return answer(query) as Promise<Reply<Header>>;
    },
    async response(route: string): Promise<Response> {
      throw notKept(KEPT_ELSEWHERE[route] ?? `what “${route}” tells`);
    },
    file(route: string) {
      if (route !== "report" || !words.report) throw notKept(KEPT_ELSEWHERE[route] ?? `what “${route}” tells`);
      report ??= URL.createObjectURL(new Blob([words.report.text], { type: "text/markdown" }));
      return { at: report, name: words.report.name };
    },
  };
}

const KEPT_ELSEWHERE: Readonly<Record<string, string>> = {
  umap: "what a UMAP is made from",
  export: "the whole run",
  share: "the whole run",
};

const COSTS = {
  steps: "numbers",
  wall_times: "numbers",
  capture_secs: "floats",
  write_secs: "floats",
  snapshot_bytes: "floats",
  interval_steps: "floats",
  dropped_count: "floats",
} as const;

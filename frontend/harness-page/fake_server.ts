// Answers the routes of docs/http_api.md with a run that was never trained: 65 characters drifting into groups.
// A query on the page's address chooses the state: ?runs=none | one | live | many.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

const LETTERS = [..."\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const EVERY = 20;
const D = 128;
let random = 7;
const noise = () => {
  random = (random * 1103515245 + 12345) % 2147483648;
  return random / 2147483648 - 0.5;
};
const home = LETTERS.map((letter) => {
  const group = /[aeiou]/.test(letter) ? 0 : /[a-z]/.test(letter) ? 1 : /[A-Z]/.test(letter) ? 2 : 3;
  const middle = [
    [-0.9, 0.5, 0.1],
    [-0.3, 0.35, -0.2],
    [0.4, -0.5, 0.3],
    [0.5, 0.3, -0.4],
  ][group] as number[];
  return middle.map((value) => value + noise() * 0.45);
});
const begin = LETTERS.map(() => [noise() * 0.2, noise() * 0.2, noise() * 0.2]);
const counts = LETTERS.map((letter) =>
  Math.round(60000 * Math.exp(-3 * Math.abs(noise())) * (/[a-z ]/.test(letter) ? 1 : 0.1)),
);
const started = Date.now() / 1000 - 600;

let state = "one";
const total = () =>
  state === "many"
    ? 1001
    : state === "live"
      ? 40 + Math.floor((Date.now() / 1000 - started - 590) / 2)
      : state === "first"
        ? 1
        : 101;
const grown = (t: number) => 1 - Math.exp(-t / 25);

function at(t: number): number[] {
  return home.flatMap((goal, row) =>
    goal.map(
      (value, c) =>
        ((begin[row] as number[])[c] as number) * (1 - grown(t)) +
        value * grown(t) +
        0.02 * Math.sin(t / 3 + row * (c + 1)),
    ),
  );
}

function binary(response: ServerResponse, header: object, arrays: [string, string, number[], ArrayBufferView][]): void {
  let offset = 0;
  const infos = arrays.map(([name, dtype, shape, data]) => {
    const info = { name, dtype, shape, offset };
    offset += Math.ceil(data.byteLength / 8) * 8;
    return info;
  });
  const text = Buffer.from(JSON.stringify({ ...header, arrays: infos }));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const body = Buffer.alloc(start + offset);
  body.write("PVZ1");
  body.writeUInt32LE(text.length, 4);
  text.copy(body, 8);
  arrays.forEach(([, , , data], i) => {
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(
      body,
      start + (infos[i] as { offset: number }).offset,
    );
  });
  response.setHeader("content-type", "application/octet-stream");
  response.end(body);
}

const info = () => ({
  run: "gpt4-lr1e-3",
  snapshots: total(),
  first_step: 0,
  last_step: (total() - 1) * EVERY,
  last_wall_time: Date.now() / 1000 - 4,
  live: state === "live",
  sessions: 1,
  generation: 0,
  damaged: state === "many" ? ["Step 860 could not be read. 1,000 of 1,001 snapshots are shown."] : [],
});
const updates = () => ({
  runs: state === "none" ? [] : [info()],
  removed: [],
  other_runs: ["gpt4-lr1e-3-plain", "gpt4-lr1e-2-plain"],
  loading: { done: true, bytes_read: 1, bytes_total: 1 },
  cursor: 1 + total(),
});
const steps = (list: number[]) => BigInt64Array.from(list, (t) => BigInt(t * EVERY));
const times = (list: number[]) => Float64Array.from(list, (t) => started + t);
const wave = (t: number, row: number) => 0.3 + 0.5 * grown(t) + 0.1 * Math.sin(row);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "", "http://localhost");
  const query = (name: string) => url.searchParams.get(name);
  const json = (value: unknown) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(value));
  };
  const route = url.pathname.split("/").pop();
  if (route === "state") state = query("to") ?? "one";
  if (route === "runs" || route === "updates" || route === "state") json(updates());
  else if (route === "events") {
    response.setHeader("content-type", "text/event-stream");
    const send = () => response.write(`id: ${total()}\ndata: ${JSON.stringify(updates())}\n\n`);
    send();
    const timer = setInterval(() => state === "live" && send(), 1000);
    request.on("close", () => clearInterval(timer));
  } else if (route === "model") {
    json({
      run: query("run"),
      session_id: "s",
      started,
      model_class: "GPT",
      stats: [],
      stat_units: {},
      layers: Array.from({ length: 27 }, (_, i) => ({
        path: `h.${i}`,
        role: "other",
        block: i % 4,
        shape: [128, 128],
        dtype: "float32",
        parameters: 29780,
        tied_to: null,
        trainable: true,
      })),
      embeddings: [
        {
          path: "transformer.wte",
          role: "token_embedding",
          shape: [65, D],
          rows: null,
          labels: LETTERS,
          counts,
          encoding: "int8",
        },
        {
          path: "transformer.wpe",
          role: "position_embedding",
          shape: [65, D],
          rows: null,
          labels: null,
          counts: null,
          encoding: "int8",
        },
      ],
      optimizer: { name: "AdamW", lr: 1e-3, betas: [0.9, 0.99], weight_decay: 0.1 },
      schedule: { every: "auto", level: "standard", max_overhead: 0.01 },
    });
  } else if (route === "scalars" && !query("tag")) {
    json({ run: query("run"), tags: [], train: "loss/train", validation: "loss/val", learning_rate: "lr" });
  } else if (route === "scalars") {
    const list = Array.from({ length: (total() - 1) * 4 + 1 }, (_, i) => i / 4);
    const shift = query("tag") === "loss/val" ? 0.1 : 0;
    const values = Float64Array.from(
      list,
      (t) => 1.6 + shift * grown(t) + 2.6 * Math.exp(-t / 12) + (shift ? 0 : noise() * 0.08),
    );
    binary(response, { run: query("run"), tag: query("tag"), total: list.length }, [
      ["steps", "<i8", [list.length], BigInt64Array.from(list, (t) => BigInt(Math.round(t * EVERY)))],
      ["wall_times", "<f8", [list.length], times(list)],
      ["values", "<f8", [list.length], values],
    ]);
  } else if (route === "positions") {
    const [from, to, stride] = [query("from") ?? 0, query("to") ?? Number.POSITIVE_INFINITY, query("stride") ?? 1].map(
      Number,
    ) as [number, number, number];
    const list = Array.from({ length: total() }, (_, t) => t).filter(
      (t) => t % stride === 0 && t * EVERY >= from && t * EVERY <= to,
    );
    const basis = {
      version: 1,
      variance_ratios: [0.22, 0.12, 0.07],
      fitted_steps: [0],
      radius: 1.3,
      aligned: false,
      kept_ratio: 1,
    };
    const range = Array.from({ length: total() }, (_, t) => t).filter((t) => t * EVERY >= from && t * EVERY <= to);
    const said = { projection: query("projection") ?? "joint", basis_of: null, first: range[0] ?? total() };
    const about = { run: query("run"), embedding: query("embedding"), generation: 0, ...said, basis, total: total() };
    binary(response, about, [
      ["steps", "<i8", [list.length], steps(list)],
      ["wall_times", "<f8", [list.length], times(list)],
      ["positions", "<f4", [list.length, LETTERS.length, 3], Float32Array.from(list.flatMap(at))],
      ["variance_shown", "<f4", [list.length], Float32Array.from(list, () => 0.4)],
      ["range_steps", "<i8", [range.length], steps(range)],
    ]);
  } else if (route === "rows") {
    const rows = (query("rows") ?? "0").split(",").map(Number);
    const step = query("step");
    const r = rows.length;
    if (step === null) {
      const list = Array.from({ length: total() }, (_, t) => t);
      const each = (make: (t: number, row: number) => number) =>
        Float32Array.from(list.flatMap((t) => rows.map((row) => make(t, row))));
      binary(response, { run: query("run"), embedding: query("embedding"), rows }, [
        ["steps", "<i8", [list.length], steps(list)],
        ["wall_times", "<f8", [list.length], times(list)],
        ["norms", "<f4", [list.length, r], each(wave)],
        ["grad_norms", "<f4", [list.length, r], each(() => 0.2 + noise() * 0.1)],
        ["update_norms", "<f4", [list.length, r], each((t) => 0.002 + 0.01 * Math.exp(-t / 10) + noise() * 0.0008)],
        ["norm_low", "<f4", [list.length], Float32Array.from(list, (t) => 0.2 + 0.4 * grown(t))],
        ["norm_high", "<f4", [list.length], Float32Array.from(list, (t) => 0.4 + 0.6 * grown(t))],
      ]);
    } else {
      const t = Number(step) / EVERY;
      const near = rows.flatMap((row) => Array.from({ length: 10 }, (_, i) => (row + 1 + i * 3) % LETTERS.length));
      const cosines = rows.flatMap(() => Array.from({ length: 10 }, (_, i) => 0.7 - i * 0.06));
      binary(response, { run: query("run"), embedding: query("embedding"), step: Number(step), first_step: 0, rows }, [
        ["values", "<f4", [r, D], new Float32Array(r * D)],
        ["norms", "<f4", [r], Float32Array.from(rows, (row) => wave(t, row))],
        ["grad_norms", "<f4", [r], Float32Array.from(rows, (row) => 0.187 + row / 500)],
        ["update_norms", "<f4", [r], Float32Array.from(rows, () => 0.0025)],
        ["norm_ranks", "<i4", [r], Int32Array.from(rows, (row) => row + 1)],
        ["neighbours", "<i4", [r, 10], Int32Array.from(near)],
        ["cosines", "<f4", [r, 10], Float32Array.from(cosines)],
        ["first_neighbours", "<i4", [r, 10], Int32Array.from(near, (row) => (row + 17) % LETTERS.length)],
        ["first_cosines", "<f4", [r, 10], Float32Array.from(cosines, (value) => value / 3)],
      ]);
    }
  } else {
    response.statusCode = 404;
    response.end(`no route ${route}`);
  }
}

export function fakeServer(): Plugin {
  return {
    name: "fake-server",
    configureServer(server) {
      server.middlewares.use("/data/plugin/paramviz", answer);
    },
  };
}

import { describe, expect, test } from "vitest";
import names from "../../tensorboard_plugin_paramviz/record/names.py?raw";
import type { Content } from "../src/explain/content";
import file from "../src/explain/explanations.json";
import { columnsOf, endsOf } from "../src/panels/charts/plot";
import { explanation, keepExplanations, sentence } from "../src/store/explanations";
import { whyNotMeasured } from "../src/store/not_measured";
import { ROLES, roleKey, roleName } from "../src/store/role_words";
import { sameKind, shortPath } from "../src/store/same_kind";
import type { Layer, Model } from "../src/wire.gen";

const layer = (path: string, role = "mlp_up", block: number | null = null): Layer => ({
  path,
  role,
  block,
  shape: [4, 2],
  dtype: "float32",
  parameters: 8,
  tied_to: null,
  trainable: true,
});

describe("the words of a role", () => {
  test("are there for every role of the format, two sentences each", () => {
    const [, listed] = /ROLES: Final = \(([^)]*)\)/.exec(names) ?? [];
    const roles = [...(listed ?? "").matchAll(/"(\w+)"/g)].map((match) => match[1]);
    expect(roles.length).toBe(13);
    expect([...ROLES]).toEqual(roles);
    keepExplanations(file as unknown as Content);
    for (const role of ROLES) {
      if (role !== "other") expect(roleName(role)).not.toBe(roleName("other"));
      expect(explanation(roleKey(role))?.name).toBe(roleName(role));
      const said = ([0, 1] as const).map((which) => sentence(roleKey(role), which, { block: "block 3" }));
      for (const one of said) expect(one).toMatch(/^[A-Z].{30,}[^.]\.$/);
      expect(said.join()).not.toMatch(/[{}]/);
    }
    expect(sentence("role:attn_q", 0, { block: "block 3" })).toContain("the queries of block 3:");
    expect(roleKey("spectral_mixer")).toBe("role:other");
  });
});

describe("layers of one kind", () => {
  const layers = [
    layer("transformer.wte", "token_embedding"),
    ...[0, 1, 2].flatMap((block) => [
      layer(`transformer.h.${block}.ln_1`, "norm", block),
      layer(`transformer.h.${block}.ln_2`, "norm", block),
      ...[0, 1].map((expert) => layer(`transformer.h.${block}.experts.${expert}.up`, "mlp_up", block)),
    ]),
  ];
  const paths = (places: readonly number[]) => places.map((place) => layers[place]?.path.replace("transformer.", ""));

  test("do the same in other blocks; two norms of a block differ, and so do its experts", () => {
    expect(paths(sameKind(layers, 2))).toEqual(["h.0.ln_2", "h.1.ln_2", "h.2.ln_2"]);
    const second = layers.findIndex((one) => one.path.endsWith("1.experts.1.up"));
    expect(paths(sameKind(layers, second))).toEqual(["h.0.experts.1.up", "h.1.experts.1.up", "h.2.experts.1.up"]);
    expect(sameKind(layers, 0)).toEqual([0]);
  });

  test("are named without what all names begin with", () => {
    expect(shortPath(layers, "transformer.h.1.ln_2")).toBe("h.1.ln_2");
    expect(shortPath([layer("fc")], "fc")).toBe("fc");
  });
});

describe("why a number is missing", () => {
  const record = (level: string, optimizer: Record<string, unknown>) =>
    ({ optimizer, schedule: { level } }) as unknown as Model;
  const matrix = layer("h.0.up", "mlp_up", 0);

  test("names the argument of watch() that gives it", () => {
    expect(whyNotMeasured("update_ratio", matrix, record("standard", {}))).toContain("optimizer=");
    expect(whyNotMeasured("weight_mean", matrix, record("light", { name: "AdamW" }))).toContain('level="standard"');
    expect(whyNotMeasured("stable_rank", matrix, record("standard", { name: "AdamW" }))).toContain('level="full"');
  });

  test("asks for nothing that would not help", () => {
    const known = record("standard", { name: "SGD" });
    expect(whyNotMeasured("grad_norm", { ...matrix, trainable: false }, known)).toContain("Frozen");
    expect(whyNotMeasured("grad_norm", { ...matrix, parameters: 0, tied_to: "wte" }, known)).toBe(
      "Tied: wte has its numbers.",
    );
    expect(whyNotMeasured("grad_below_epsilon_ratio", matrix, known)).toContain("Adam");
    expect(whyNotMeasured("weight_mean", matrix, known)).toBeNull();
  });
});

describe("a chart", () => {
  const steps = Float64Array.from([0, 10, 20]);
  const chart = (shown: number[], log: boolean, band: { low: number[]; high: number[] } | null = null) => ({
    ...{ steps, shown, low: shown, high: shown, log, range: [0, 20] as const },
    band,
  });

  test("shows all that was measured, and the band as far as it is near", () => {
    const far = { low: [1e-9, 1e-9, 1e-9], high: [1e9, 1e9, 1e9] };
    const [low, high] = endsOf(chart([1, 2, 4], true, far)) as [number, number];
    expect(low).toBeLessThan(1);
    expect(low).toBeGreaterThan(0.05);
    expect(high).toBeGreaterThan(4);
    expect(high).toBeLessThan(80);
    expect(endsOf(chart([Number.NaN, 0, -1], true))).toBeNull();
    const flat = endsOf(chart([5, 5, 5], false)) as [number, number];
    expect(flat[0]).toBeLessThan(5);
    expect(flat[1]).toBeGreaterThan(5);
  });

  test("has gaps where nothing was measured, and a band that lacks an end reaches the edge", () => {
    const missing = Number.NaN;
    const band = { low: [1, 1, missing], high: [missing, missing, missing] };
    const columns = columnsOf(chart([2, missing, 3], false, band), [0, 4]);
    expect(columns).toEqual([
      [0, 10, 20],
      [4, 4, null],
      [1, 1, null],
      [2, null, 3],
      [2, null, 3],
      [2, null, 3],
    ]);
  });
});

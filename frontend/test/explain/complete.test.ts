import { describe, expect, test } from "vitest";
import names from "../../../tensorboard_plugin_paramviz/record/names.py?raw";
import { type Content, explanationOf, filled, found } from "../../src/explain/content";
import file from "../../src/explain/explanations.json";
import { bandOf, isBand } from "../../src/store/health_bands";
import { MEASURES } from "../../src/store/measures";
import { PROBE_WORDS } from "../../src/store/probe";
import { ROLES, roleKey, roleName } from "../../src/store/role_words";
import { COLOR_BY, isProjection, SIZE_BY } from "../../src/store/settings";
import { statName } from "../../src/store/stat_names";
import { VIEW_NAMES } from "../../src/store/view";
import type { Model } from "../../src/wire.gen";

const content = file as unknown as Content;
/** Sources of the page, to see which keys it asks for. */
const sources = import.meta.glob<string>("../../src/**/*.tsx", { query: "?raw", import: "default", eager: true });

/** Statistics that the recording writes, in its own words. */
const recorded = (table: string): string[] => {
  const [, body] = new RegExp(`${table}: Final\\[dict\\[str, str\\]\\] = \\{([^}]*)\\}`).exec(names) ?? [];
  return [...(body ?? "").matchAll(/^ {4}"(\w+)":/gm)].map((match) => match[1] as string);
};

const missing = (of: Content, keys: readonly string[]) => keys.filter((key) => explanationOf(of, key) === null);

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  roles: ROLES.map(roleKey),
  statistics: recorded("STAT_UNITS").map((name) => `stat:${name}`),
  "figures of the fixed batch": recorded("PROBE_UNITS").map((name) => `probe:${name}`),
  "figures of embeddings": recorded("GEOMETRY_UNITS").map((name) => `geometry:${name}`),
  colours: COLOR_BY.map((name) => `measure:${name}`),
  sizes: SIZE_BY.map((name) => `measure:${name}`),
  measures: Object.keys(MEASURES).map((name) => `measure:${name}`),
  views: Object.keys(VIEW_NAMES).map((name) => `view:${name}`),
};

describe("everything that the page knows has an explanation", () => {
  test.each(Object.entries(KNOWN))("%s", (_, keys) => {
    expect(keys.length).toBeGreaterThan(2);
    expect(missing(content, keys)).toEqual([]);
  });

  test("projections", () => {
    const kinds = Object.keys(content.entries).flatMap((key) => key.match(/^projection:(\w+)$/)?.[1] ?? []);
    const asked = ["joint", "last", "clusters", "tour", "step:5", "umap:5"];
    expect(asked.every(isProjection)).toBe(true);
    expect(kinds).toEqual(expect.arrayContaining(asked.map((one) => one.split(":")[0])));
  });

  test("whatever a panel asks for by name", () => {
    const keys = Object.values(sources).flatMap((text) =>
      [
        ...text.matchAll(
          /"((?:role|stat|probe|measure|training|phase|finding|told|heat|projection|view|control):\w+)"/g,
        ),
      ].map((match) => match[1] as string),
    );
    expect(new Set(keys).size).toBeGreaterThan(25);
    expect(missing(content, keys)).toEqual([]);
  });

  test("and the check sees it where one is gone", () => {
    for (const key of Object.values(KNOWN).flat()) {
      const { [key]: _gone, ...rest } = content.entries;
      expect(missing({ ...content, entries: rest }, [key])).toEqual([key]);
    }
  });
});

test("names are the same in the explanations and beside the numbers", () => {
  for (const role of ROLES) expect(content.entries[roleKey(role)]?.name).toBe(roleName(role));
  for (const stat of recorded("STAT_UNITS")) expect(content.entries[`stat:${stat}`]?.name).toBe(statName(stat).name);
  for (const [stat, { name }] of Object.entries(PROBE_WORDS)) expect(content.entries[`probe:${stat}`]?.name).toBe(name);
});

test("a statistic that has a band has its range in words, and one that has none says why", () => {
  const optimizer = { name: "AdamW", groups: [{ lr: 1e-3, betas: [0.9, 0.95] }] };
  const model = { optimizer, stats: recorded("STAT_UNITS") } as unknown as Model;
  for (const stat of recorded("STAT_UNITS")) {
    const said = explanationOf(content, `stat:${stat}`);
    expect(said?.healthy !== undefined, stat).toBe(isBand(bandOf(stat, model, true)));
    expect(said?.why.length, stat).toBeGreaterThan(20);
  }
});

test("blanks are filled with what is looked at, and read well without it", () => {
  const of = "The queries of {block} for {row}.";
  expect(filled(of, { block: "block 3", row: "“e”" })).toBe("The queries of block 3 for “e”.");
  expect(filled(of)).toBe("The queries of the block for a token.");
});

test("a search finds what holds each of its words, in the order of the kinds", () => {
  const keys = (wanted: string) => found(content, wanted).flatMap(({ of }) => of.map(({ key }) => key));
  expect(keys("")).toEqual(Object.keys(content.entries));
  expect(keys("adam EPSILON")).toContain("stat:grad_below_epsilon_ratio");
  expect(keys("adam epsilon")).not.toContain("measure:class");
  expect(keys("no such words here")).toEqual([]);
});

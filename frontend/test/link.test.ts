import { beforeEach, describe, expect, test, vi } from "vitest";
import { keepPose, poseFrom, poses, poseText } from "../src/store/camera";
import { chooseNothing, chosenTokens } from "../src/store/chosen";
import { hiddenClasses, isolated } from "../src/store/filters";
import { applyState, readState } from "../src/store/link";
import { linkParts, nothingAwaited } from "../src/store/link_parts";
import { loopAll, loopOver } from "../src/store/playback";
import { borrowSettings, rememberSettings, resetSettings, restoreSettings, SETTINGS } from "../src/store/remembered";
import { query, setQuery } from "../src/store/search";
import { colorBy, lessMotion, mode, pace, pointScale, projection, setProjection, speed } from "../src/store/settings";
import { parseHash, withState } from "../src/url_state";
import { generator as random } from "./scene/random";

const stored = new Map<string, string>();
const saved = () => JSON.parse(stored.get("paramviz.settings") ?? "{}");

beforeEach(() => {
  stored.clear();
  vi.stubGlobal("window", {
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    },
  });
  restoreSettings();
  resetSettings();
  keepPose(null);
  setQuery("");
  setProjection("joint");
  hiddenClasses.value = new Set();
  chooseNothing();
  isolated.value = null;
});

/** Through the address and back, as another browser would get it. */
function carried(state: ReadonlyMap<string, string>): Map<string, string> {
  return parseHash(withState("#paramviz&tagFilter=x", state) as string);
}

describe("a link", () => {
  test("of the view as it is at the start is empty", () => {
    expect(readState(linkParts(nothingAwaited())).size).toBe(0);
  });

  test("restores any mixture of settings, camera, search and projection", () => {
    const next = random(11);
    const any = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
    for (let k = 0; k < 500; k += 1) {
      resetSettings();
      keepPose(null);
      for (const { held, allowed } of Object.values(SETTINGS)) held.value = any(allowed);
      const personal = new Set(["economize", "lessMotion"]);
      const target = [next() - 0.5, next() * 100, -next()] as const;
      if (next() < 0.5)
        keepPose({ azimuth: next() * 360 - 180, elevation: next() * 178 - 89, distance: next() * 20 + 0.01, target });
      setQuery(any(["", "a", "/^[A-Z]/", "é & = #", "😀"]));
      setProjection(any(["joint", "last", "clusters", "step:-12"]));
      const parts = linkParts(nothingAwaited());
      const state = readState(parts);
      const before = Object.entries(SETTINGS).filter(([name]) => !personal.has(name));
      const wanted = before.map(([, { held }]) => held.value);
      const pose = poses.value[mode.value];
      const [wantedQuery, wantedProjection] = [query.value, projection.value];

      resetSettings();
      keepPose(null);
      setQuery("");
      setProjection("joint");
      applyState(parts, carried(state));
      expect(before.map(([, { held }]) => held.value)).toEqual(wanted);
      expect([query.value, projection.value]).toEqual([wantedQuery, wantedProjection]);
      if (pose) expect(poses.value[mode.value]?.distance).toBeCloseTo(pose.distance, 4);
      else expect(poses.value[mode.value]).toBeNull();
      expect([...readState(parts)], "and its own link is the same").toEqual([...state]);
    }
  });

  test("wins over what this browser remembers, also where it says nothing of a setting", () => {
    stored.set("paramviz.settings", JSON.stringify({ colorBy: "norm", speed: 4, lessMotion: true }));
    restoreSettings();
    applyState(
      linkParts(nothingAwaited()),
      new Map([
        ["run", "a"],
        ["color", "count"],
      ]),
    );
    expect([colorBy.value, speed.value]).toEqual(["count", 1]);
    expect(lessMotion.value, "what a person needs is no matter of a link").toBe(true);
  });

  test("is not remembered as the person's own choice, until they make one", () => {
    stored.set("paramviz.settings", JSON.stringify({ colorBy: "norm" }));
    restoreSettings();
    applyState(
      linkParts(nothingAwaited()),
      new Map([
        ["color", "count"],
        ["points", "2"],
      ]),
    );
    borrowSettings();
    const stop = rememberSettings();
    expect(saved()).toEqual({ colorBy: "norm" });
    pace.value = "log";
    expect(saved()).toEqual({ colorBy: "norm", pace: "log" });
    pointScale.value = 3;
    expect(saved()).toEqual({ colorBy: "norm", pace: "log", pointScale: 3 });
    stop();
  });

  test.each([
    ["color", "blood"],
    ["points", "1000"],
    ["points", "NaN"],
    ["trails", "true"],
    ["view", "4d"],
    ["camera", "1,2,3"],
    ["camera", "0,0,-1,0,0,0"],
    ["camera", "0,0,1,0,0,"],
    ["camera", "a,b,c,d,e,f"],
    ["camera", "0,91,1,0,0,0"],
    ["camera", "0,0,Infinity,0,0,0"],
    ["projection", "step:x"],
    ["speed", "1e9"],
    ["layout", "above"],
    ["hidden", ";;"],
    ["regex", "maybe"],
    ["chosen", "x-y"],
    ["isolated", "wte"],
    ["isolated", "%~"],
    ["groups", "a~9~1-"],
  ])("with a broken value is passed over: %s=%s", (key, value) => {
    const parts = linkParts(nothingAwaited());
    applyState(parts, new Map([[key, value]]));
    expect([...readState(parts)]).toEqual([]);
  });

  test("hands run, embedding, step and row on to the loader", () => {
    const awaited = nothingAwaited();
    applyState(
      linkParts(awaited),
      new Map([
        ["run", "a/b"],
        ["embedding", "wte"],
        ["step", "12"],
        ["row", "-1"],
        ["part", "10~40"],
      ]),
    );
    expect(awaited).toMatchObject({ run: "a/b", embedding: "wte", step: 12, row: null, part: [10, 40] });
  });

  test("says which steps are looped, whole ones, and no others while all of the run is", () => {
    loopOver(90.4, 10);
    const parts = linkParts(nothingAwaited());
    expect(carried(readState(parts)).get("part")).toBe("10~90");
    loopAll();
    expect(readState(parts).has("part")).toBe(false);
    for (const broken of ["", "10", "40~10", "7~7", "-1~5", "1~1e9"]) {
      const awaited = nothingAwaited();
      applyState(linkParts(awaited), new Map([["part", broken]]));
      expect(awaited.part).toBeNull();
    }
  });

  test("restores hidden classes, whatever they are called", () => {
    const parts = linkParts(nothingAwaited());
    const names = ["punctuation, digit", "a;b", "c=d&e", "100 %"];
    hiddenClasses.value = new Set(names);
    const state = carried(readState(parts));
    hiddenClasses.value = new Set();
    applyState(parts, state);
    expect([...hiddenClasses.value].sort()).toEqual([...names].sort());
  });

  test.each([
    [{ wte: [0, 1, 2, 9], wpe: [5] }, "vowels & co; ~#1"],
    [{ "a/b,c;d@e~f": [3] }, null],
  ])("restores what is chosen and isolated: %j, %s", (tokens, name) => {
    const parts = linkParts(nothingAwaited());
    chosenTokens.value = tokens;
    isolated.value = { tokens, name };
    const state = carried(readState(parts));
    chooseNothing();
    isolated.value = null;
    applyState(parts, state);
    expect(chosenTokens.value).toEqual(tokens);
    expect(isolated.value).toEqual({ tokens, name });
  });

  test("names each part once", () => {
    const keys = linkParts(nothingAwaited()).map((part) => part.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("a pose in the address is right to less than a pixel of a large screen", () => {
  const next = random(3);
  for (let k = 0; k < 1000; k += 1) {
    const distance = 10 ** (next() * 8 - 4);
    const at = () => (next() - 0.5) * distance;
    const pose = {
      azimuth: next() * 2000 - 1000,
      elevation: next() * 178 - 89,
      distance,
      target: [at(), at(), at()] as const,
    };
    const read = poseFrom(poseText(pose));
    const turned = (((((read?.azimuth as number) - pose.azimuth) % 360) + 540) % 360) - 180;
    expect(Math.abs(turned)).toBeLessThan(0.0051);
    expect(Math.abs((read?.elevation as number) - pose.elevation)).toBeLessThan(0.0051);
    expect(Math.abs((read?.distance as number) / distance - 1)).toBeLessThan(1e-4);
    pose.target.forEach((value, i) => {
      expect(Math.abs(((read?.target[i] as number) - value) / distance)).toBeLessThan(1e-4);
    });
  }
});

describe("settings", () => {
  test("that can't be what they say are passed over", () => {
    stored.set("paramviz.settings", '{"colorBy": "blood", "speed": "2", "pointScale": 2, "trails": 0, "more": 1}');
    restoreSettings();
    expect([colorBy.value, speed.value, pointScale.value]).toEqual(["class", 1, 2]);
  });
  test.each(["null", "[]", "nonsense", '"text"', "7"])("survive a storage that holds %s", (text) => {
    stored.set("paramviz.settings", text);
    restoreSettings();
    expect(colorBy.value).toBe("class");
  });
  test("all go back at once, and the browser forgets them", () => {
    const stop = rememberSettings();
    for (const { held, allowed, initial } of Object.values(SETTINGS)) {
      held.value = (allowed as readonly unknown[]).find((one) => one !== initial);
    }
    expect(Object.keys(saved()).length).toBe(Object.keys(SETTINGS).length);
    resetSettings();
    for (const { held, initial } of Object.values(SETTINGS)) expect(held.value).toBe(initial);
    expect(saved()).toEqual({});
    stop();
  });
});

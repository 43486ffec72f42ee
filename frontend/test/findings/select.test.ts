import { describe, expect, test } from "vitest";
import { isLive, levelsOf, markingTokens, naming, namingToken, parted } from "../../src/findings/select";
import { levelOf, worstOf } from "../../src/findings/severity";
import { gpt } from "../model_record";
import { finding } from "./finding";

const early = finding({ first_step: 10, last_step: 20 });
const late = finding({ first_step: 500, last_step: 900 });

describe("findings and the cursor", () => {
  test("those after it are told apart from those up to it, and none is lost", () => {
    expect(parted([late, early], 100, false)).toEqual({ soFar: [early], later: [late] });
    expect(parted([late, early], 500, false)).toEqual({ soFar: [late, early], later: [] });
  });

  test("at the last snapshot everything counts, also what began after it", () => {
    expect(parted([late], 490, true).soFar).toEqual([late]);
  });

  test("one is going on from its first step until a little after its last", () => {
    expect([9, 10, 20, 30, 31].map((step) => isLive(early, step, 500))).toEqual([false, true, true, true, false]);
  });
});

describe("marks on layers", () => {
  const layers = gpt(1);

  test("show the worst of each layer", () => {
    const live = [
      finding({ severity: "watch", layers: ["wpe", "h.0.ln_1"] }),
      finding({ severity: "problem", layers: ["h.0.ln_1"] }),
    ];
    const levels = levelsOf(live, layers);
    expect([...levels.slice(0, 3)]).toEqual([0, levelOf("watch"), levelOf("problem")]);
    expect(levels.slice(3).every((level) => level === 0)).toBe(true);
  });

  test("what nearly all layers have marks none of them: the one that has more stays seen", () => {
    const everywhere = finding({ severity: "problem", layers: layers.map(({ path }) => path) });
    const here = finding({ severity: "watch", layers: ["h.0.ln_1"] });
    const levels = levelsOf([everywhere, here], layers);
    expect(layers.flatMap(({ path }, i) => (levels[i] ? [path] : []))).toEqual(["h.0.ln_1"]);
  });

  test("there are none for what is only worth knowing: a healthy run shows none", () => {
    const note = finding({ severity: "note", layers: ["wte"], tokens: ["a"] });
    expect(levelsOf([note], layers).every((level) => level === 0)).toBe(true);
    expect(markingTokens([note])).toEqual([]);
  });
});

describe("findings that name something", () => {
  test("a layer by its path", () => {
    const one = finding({ layers: ["h.0.ln_1"] });
    expect(naming([early, one], "h.0.ln_1")).toEqual([one]);
  });

  test("a token by its label, of the embedding that is meant", () => {
    const one = finding({ layers: ["wte"], tokens: ["a"] });
    const any = finding({ tokens: ["a"] });
    expect(namingToken([one, any], "a", "wte")).toEqual([one, any]);
    expect(namingToken([one, any], "a", "other")).toEqual([any]);
    expect(namingToken([one, any], "b", "wte")).toEqual([]);
  });

  test("the worst of some has a severity, of none it hasn't", () => {
    expect(worstOf([{ severity: "note" }, { severity: "watch" }])).toBe("watch");
    expect(worstOf([])).toBeNull();
  });
});

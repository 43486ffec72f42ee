import { expect, test } from "vitest";
import { type Seen, steady, verdictOf, wholeLine } from "../../src/insight/verdict";
import { chance, findingOf, phaseOf, randomReply } from "./replies";

const HEALTHY = [
  phaseOf("initialization", 0, 12),
  phaseOf("rapid_learning", 13, 250),
  phaseOf("refinement", 251, 2000),
];

const seen = (parts: Partial<Seen>): Seen => ({
  known: true,
  phases: HEALTHY,
  findings: [],
  at: 860,
  loss: 2.09,
  band: null,
  ...parts,
});

test("a healthy run is told with its phases and its count in band", () => {
  const verdict = verdictOf(seen({ band: { inside: 14, measured: 16 } }));
  expect(wholeLine(verdict)).toBe(
    "Healthy · rapid learning until step 250, then refining · update ratio in band in 14 of 16 measured layers",
  );
  expect(verdict).toMatchObject({
    standing: "good",
    storyNow: "refining since step 251",
    bandBrief: "14 of 16 in band",
    worst: null,
  });
});

test("nothing is said before the server has answered, and nothing is called healthy that has hardly begun", () => {
  expect(verdictOf(seen({ known: false, phases: [] }))).toMatchObject({ word: "Reading …", standing: "none" });
  expect(verdictOf(seen({ at: null })).word).toBe("Reading …");
  expect(verdictOf(seen({ at: 5 }))).toMatchObject({ word: "Too early to say", standing: "none" });
  expect(verdictOf(seen({ phases: [] })).word).toBe("Too early to say");
  expect(verdictOf(seen({ phases: [], loss: undefined }))).toMatchObject({
    word: "No verdict",
    reason: "no loss curve in this run",
  });
  expect(verdictOf(seen({ phases: [], at: 5, findings: [findingOf("non_finite", "problem", 2, 9)] })).word).toBe(
    "Unstable",
  );
});

test("a loss that is no number any more is said to be gone, not to rise", () => {
  const phases = [...HEALTHY.slice(0, 2), phaseOf("refinement", 251, 700), phaseOf("divergence", 701, 900)];
  const findings = [
    findingOf("divergence", "problem", 650, 900),
    findingOf("non_finite", "problem", 701, 900),
    findingOf("dead_units", "watch", 700, 900),
  ];
  const verdict = verdictOf(seen({ phases, findings, loss: Number.NaN }));
  expect(wholeLine(verdict)).toBe("Diverging · no finite loss since step 701 · 2 more findings");
  expect(verdict.worst?.insight).toBe("non_finite");
  expect(wholeLine(verdictOf(seen({ phases, findings, loss: 9 })))).toContain("loss rising since step 701");
});

test("a provisional phase is said to be one", () => {
  const phases = [...HEALTHY.slice(0, 2), phaseOf("refinement", 251, 900, true)];
  expect(verdictOf(seen({ phases })).storyNow).toBe("refining since step 251, provisional");
  expect(verdictOf(seen({ phases })).story).toContain("then refining, provisional");
});

test.each([
  ["divergence", "Diverging"],
  ["non_finite", "Unstable"],
  ["exploding_gradients", "Unstable"],
  ["attention_collapse", "Unstable"],
  ["overfitting", "Overfitting"],
  ["vanishing_gradients", "Stuck"],
  ["something_new", "Unstable"],
])("the problem %s makes a run %s from its first step on, and not before", (insight, word) => {
  const findings = [findingOf(insight, "problem", 700, 2000)];
  expect(verdictOf(seen({ findings }))).toMatchObject({ word, standing: "problem", worst: findings[0] });
  expect(verdictOf(seen({ findings, at: 699 })).word).toBe("Healthy");
});

test("what the phase says already isn't said twice", () => {
  const phases = [...HEALTHY.slice(0, 2), phaseOf("divergence", 251, 2000)];
  const findings = [findingOf("divergence", "problem", 251, 2000), findingOf("spike", "watch", 849, 860)];
  expect(wholeLine(verdictOf(seen({ phases, findings })))).toBe(
    "Diverging · loss rising since step 251 · 1 more finding",
  );
  const flat = [...HEALTHY.slice(0, 2), phaseOf("plateau", 251, 2000)];
  expect(wholeLine(verdictOf(seen({ phases: flat, findings: [findingOf("plateau", "watch", 251, 2000)] })))).toBe(
    "Watch · loss flat near 2.1 since step 251",
  );
});

test("a spike is watched while it is recent; later it is told of as what has passed", () => {
  const findings = [findingOf("spike", "watch", 514, 521), findingOf("spike", "watch", 600, 604)];
  expect(wholeLine(verdictOf(seen({ findings, at: 640 })))).toBe(
    "Watch · loss spike at step 600 · refining since step 251",
  );
  expect(wholeLine(verdictOf(seen({ findings, at: 1500 })))).toBe(
    "Healthy · rapid learning until step 250, then refining · earlier: 2 loss spikes",
  );
});

test("a problem that is over is never forgotten", () => {
  const findings = [findingOf("divergence", "problem", 300, 400)];
  expect(wholeLine(verdictOf(seen({ findings, at: 2000 })))).toBe(
    "Watch · divergence from step 300 to 400 · refining since step 251",
  );
});

test("whatever the reply: healthy is said only without a problem so far, with nothing ill going on, of a known phase", () => {
  const words = new Set<string>();
  for (let seed = 0; seed < 4000; seed++) {
    const { phases, findings, last } = randomReply(seed);
    const next = chance(seed + 1e6);
    const at = Math.floor(next() * (last + 1));
    const verdict = verdictOf(seen({ phases, findings, at, loss: next() < 0.1 ? undefined : 2 }));
    const sofar = findings.filter((one) => one.first_step <= at);
    const goesOn = sofar.filter((one) => one.last_step >= at);
    const justEnded = sofar.filter((one) => one.last_step < at && one.last_step >= at - 0.02 * at);
    const problems = sofar.filter((one) => one.severity === "problem");
    const told = wholeLine(verdict);
    words.add(verdict.word);
    expect(told).not.toMatch(/NaN|undefined|null|–|_/);
    if (problems.length > 0) expect(["good", "none"], told).not.toContain(verdict.standing);
    if (goesOn.some((one) => one.severity !== "note")) expect(["good", "none"], told).not.toContain(verdict.standing);
    if (goesOn.some((one) => one.severity === "problem")) expect(verdict.standing, told).toBe("problem");
    const now = phases.findLast((one) => one.first_step <= at)?.name;
    const ill = now === "divergence" || goesOn.some((one) => one.severity === "problem");
    if (!justEnded.some((one) => one.severity === "problem")) expect(verdict.standing === "problem", told).toBe(ill);
    if (verdict.worst) expect(sofar).toContain(verdict.worst);
    if (verdict.standing === "good") {
      expect(["divergence", "oscillation", "overfitting", "plateau", "initialization", undefined]).not.toContain(now);
    }
    // What begins after the cursor changes nothing.
    const later = findingOf("divergence", "problem", at + 1, last + 9);
    expect(verdictOf(seen({ phases, findings: [later, ...findings], at, loss: 2 })).word).toBe(
      verdictOf(seen({ phases, findings, at, loss: 2 })).word,
    );
  }
  expect([...words].sort()).toEqual(
    ["Diverging", "Healthy", "No verdict", "Overfitting", "Stuck", "Too early to say", "Unstable", "Watch"].sort(),
  );
});

test("while a run is written its word gets worse at once, and better when it has been so twice", () => {
  const healthy = verdictOf(seen({ band: { inside: 16, measured: 16 } }));
  const ill = verdictOf(seen({ findings: [findingOf("divergence", "problem", 800, 900)] }));
  const watched = verdictOf(seen({ findings: [findingOf("spike", "watch", 850, 855)] }));
  expect(steady(healthy, null).word).toBe("Healthy");
  expect(steady(ill, healthy)).toBe(ill);
  expect(steady(watched, healthy)).toBe(watched);
  expect(steady(watched, ill).word).toBe("Diverging");
  expect(steady(healthy, watched)).toMatchObject({ word: "Watch", bandBrief: "16 of 16 in band" });
  expect(steady(healthy, healthy)).toBe(healthy);
});

test("what went on when the run was last looked at goes on while it grows", () => {
  const phases = [phaseOf("initialization", 0, 12), phaseOf("refinement", 13, 2000)];
  const findings = [findingOf("dead_units", "watch", 400, 1990)];
  for (const at of [1980, 2000, 2040, 3000])
    expect(wholeLine(verdictOf(seen({ phases, findings, at })))).toBe(
      "Watch · dead units since step 400 · refining since step 13",
    );
});

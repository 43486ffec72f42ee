/** What is to be thought of a run up to the cursor, in one line. Pure: everything it says is of what it is given. */

import { levelOf } from "../findings/severity";
import { integer } from "../format";
import type { Finding, Phase } from "../wire.gen";
import { countSaid, findingSaid } from "./finding_words";
import { phaseAt, phaseNow, storyOf } from "./story";

export type Word =
  | "Healthy"
  | "Watch"
  | "Stuck"
  | "Unstable"
  | "Diverging"
  | "Overfitting"
  | "Too early to say"
  | "No verdict"
  | "Reading …";

/** none: nothing is judged. */
export type Standing = "good" | "watch" | "problem" | "none";

export interface Verdict {
  readonly word: Word;
  readonly standing: Standing;
  /** What is wrong, where the story doesn't say it; "" = nothing, or it does. */
  readonly reason: string;
  readonly story: string;
  /** Without the phase before. */
  readonly storyNow: string;
  /** What passed and is over; "" = nothing. */
  readonly earlier: string;
  readonly band: string;
  readonly bandBrief: string;
  /** What a click goes to. */
  readonly worst: Finding | null;
}

export interface Seen {
  /** false = the server has not answered yet. */
  readonly known: boolean;
  /** Of the run whole; what begins after the cursor isn't looked at. */
  readonly phases: readonly Phase[];
  readonly findings: readonly Finding[];
  /** The cursor's step. */
  readonly at: number | null;
  /** Training loss there; undefined = the run has no such curve, null = not known, NaN = no finite number. */
  readonly loss: number | null | undefined;
  readonly band: { readonly inside: number; readonly measured: number } | null;
}

/** Share of the run so far: what ended a shorter time ago is still watched. */
const RECENT = 0.1;
/** Likewise: what ended a shorter time ago goes on as far as anybody knows. */
const GOES_ON = 0.02;

const WORDS: Readonly<Record<string, Word>> = {
  divergence: "Diverging",
  overfitting: "Overfitting",
  vanishing_gradients: "Stuck",
  dead_units: "Stuck",
  plateau: "Stuck",
  rank_collapse: "Stuck",
  embedding_collapse: "Stuck",
  learning_rate_too_low: "Stuck",
  undertrained_tokens: "Stuck",
  anisotropy: "Stuck",
};
/** Of several problems the word is the first one's here. */
const WORST_WORD: readonly Word[] = ["Diverging", "Unstable", "Overfitting", "Stuck"];
const wordOf = (finding: Finding): Word => WORDS[finding.insight] ?? "Unstable";

/** Phases that say themselves what such a finding says. */
const SAID_BY: Readonly<Record<string, string>> = {
  divergence: "divergence",
  oscillation: "oscillation",
  overfitting: "overfitting",
  plateau: "plateau",
};
/** A phase that is trouble, should no finding tell of it. */
const TROUBLE: Readonly<Record<string, Word>> = {
  divergence: "Diverging",
  oscillation: "Watch",
  overfitting: "Watch",
  plateau: "Watch",
};

const NOTHING: Verdict = {
  word: "Reading …",
  standing: "none",
  reason: "",
  story: "",
  storyNow: "",
  earlier: "",
  band: "",
  bandBrief: "",
  worst: null,
};

export function verdictOf(seen: Seen): Verdict {
  const { known, phases, findings } = seen;
  if (!known || seen.at === null) return NOTHING;
  // A run that grows is ahead of what is known of it: what went on last goes on.
  const at = Math.min(seen.at, phases.at(-1)?.last_step ?? seen.at);
  const begin = phases[0]?.first_step ?? Math.min(at, ...findings.map((one) => one.first_step));
  const sofar = findings.filter((one) => one.first_step <= at);
  // Rows and statistics are recorded less often than the loss.
  const goesOn = (one: Finding) => one.last_step >= at - GOES_ON * (at - begin);
  const recent = (one: Finding) => goesOn(one) || at - one.last_step <= RECENT * (at - begin);
  const bad = sofar.filter((one) => one.severity !== "note");
  const problems = bad.filter((one) => one.severity === "problem");
  const ill = problems.filter(goesOn);
  const watched = bad.filter((one) => one.severity === "problem" || recent(one));
  const now = phaseAt(phases, at);
  const trouble = TROUBLE[now?.name ?? ""];

  // A loss that rises for good says enough, should no problem go on.
  const milder: Word = trouble === "Diverging" ? trouble : "Watch";
  const lost = now?.name === "divergence" && typeof seen.loss === "number" && !Number.isFinite(seen.loss);
  const [worst, word] =
    ill.length > 0
      ? worstOf(ill, lost)
      : watched.length > 0
        ? [gravest(watched, goesOn), milder]
        : [null, trouble ?? null];
  const lines = {
    story: storyOf(phases, at, seen.loss ?? null),
    storyNow: phaseNow(phases, at, seen.loss ?? null),
    ...bandSaid(seen.band),
  };
  if (word !== null) {
    const saidBy = lost && worst?.insight === "non_finite" ? now?.name : SAID_BY[worst?.insight ?? ""];
    const said = worst === null || (now !== null && saidBy === now.name && goesOn(worst));
    const others = watched.length - (worst === null ? 0 : 1);
    const more = others > 0 ? `${integer(others)} more ${others === 1 ? "finding" : "findings"}` : "";
    const reason = said || worst === null ? "" : findingSaid(worst, goesOn(worst));
    const standing = word === "Watch" ? "watch" : "problem";
    return { ...NOTHING, word, standing, ...lines, story: lines.storyNow, reason, earlier: more, worst };
  }
  if (now === null || now.name === "initialization") {
    const nothing = phases.length === 0 && seen.loss === undefined;
    const reason = nothing ? "no loss curve in this run" : "";
    return { ...NOTHING, word: nothing ? "No verdict" : "Too early to say", ...lines, reason };
  }
  // What the story tells of already isn't told twice.
  const before = now && phases[phases.indexOf(now) - 1];
  const untold = bad.filter((one) => SAID_BY[one.insight] !== before?.name || SAID_BY[one.insight] === undefined);
  const passed = untold.length > 0 ? `earlier: ${countSaid(untold)}` : "";
  return { ...NOTHING, word: "Healthy", standing: "good", ...lines, earlier: passed, worst: bad[0] ?? null };
}

/** lost: the loss is no finite number any more, and that comes first. */
function worstOf(ill: readonly Finding[], lost: boolean): [Finding, Word] {
  const gone = lost && ill.find((finding) => finding.insight === "non_finite");
  if (gone) return [gone, "Diverging"];
  const word = WORST_WORD.find((one) => ill.some((finding) => wordOf(finding) === one)) as Word;
  return [ill.find((finding) => wordOf(finding) === word) as Finding, word];
}

/** What goes on before what is over, then by severity; the list is in the order of severity and step already. */
function gravest(list: readonly Finding[], goesOn: (one: Finding) => boolean): Finding {
  const rank = (one: Finding) => 4 * levelOf(one.severity) + (goesOn(one) ? 2 : 0);
  return list.reduce((best, one) => (rank(one) > rank(best) ? one : best));
}

function bandSaid(band: Seen["band"]): { band: string; bandBrief: string } {
  if (!band) return { band: "", bandBrief: "" };
  const count = `${integer(band.inside)} of ${integer(band.measured)}`;
  return { band: `update ratio in band in ${count} measured layers`, bandBrief: `${count} in band` };
}

const GRAVITY: Readonly<Record<Standing, number>> = { none: 0, good: 0, watch: 1, problem: 2 };

/** While a run is written its word gets worse at once, and better when it has been so twice: nothing flickers. What is
 * counted at the cursor is of now. */
export function steady(now: Verdict, before: Verdict | null): Verdict {
  if (before === null || GRAVITY[before.standing] <= GRAVITY[now.standing]) return now;
  return { ...before, band: now.band, bandBrief: now.bandBrief };
}

/** All of it, for a tooltip and for those who hear it. */
export const wholeLine = (verdict: Verdict): string =>
  [verdict.word, verdict.reason, verdict.story, verdict.earlier, verdict.band]
    .filter((part) => part !== "")
    .join(" · ");

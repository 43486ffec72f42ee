import { expect, test } from "vitest";
import { footnote, reasonOf, scaledPose } from "../../src/comparing/footnote";
import { nearestCurve } from "../../src/comparing/nearest_curve";
import { sessionMarks } from "../../src/comparing/session_marks";
import { strokesOf } from "../../src/comparing/strokes";

const COLORS = 6;
const key = ({ color, dash }: { color: number; dash: readonly number[] }) => `${color} ${dash}`;

test.each([1, 2, 6, 7, 10, 18])("the curves of %i runs all look different, whichever runs they are", (count) => {
  for (let turn = 0; turn < 50; turn++) {
    const ordinals = Array.from({ length: count }, (_, i) => (i * 13 + turn * 7) % 40);
    expect(new Set(strokesOf(ordinals, COLORS).map(key)).size).toBe(count);
  }
});

test("a run keeps its own colour where nobody before it has it", () => {
  expect(strokesOf([4, 1, 9], COLORS).map(({ color }) => color)).toEqual([4, 1, 3]);
});

test("A and B have two colours even where six runs lie between them", () => {
  const [a, b] = strokesOf([2, 8], COLORS);
  expect([a?.color, b?.dash.length]).toEqual([2, 0]);
  expect(b?.color).not.toBe(2);
});

const footing = { shared: true, reason: null, linked: true, ratio: 3.4, shownA: 0.45, shownB: 0.31 };

test("the footnote says whose axes are drawn, how B is scaled and how much is seen", () => {
  expect(footnote(footing)).toBe(
    "One camera, both along A's axes, B drawn 3.40 times smaller · 45 % and 31 % of variance shown",
  );
  expect(footnote({ ...footing, ratio: 0.5, shownB: null })).toBe(
    "One camera, both along A's axes, B drawn 2.00 times larger",
  );
  expect(footnote({ ...footing, ratio: 1.001, shownA: null })).toBe("One camera, both along A's axes, to one scale");
});

test("where the rows differ the footnote says that panes can't be compared, and why", () => {
  const reason = reasonOf(
    "Invalid argument: 'wte' of run 'b' can't be drawn on the basis of run 'a': 67 rows were sampled, there 65",
  );
  expect(reason).toBe("67 rows were sampled, there 65");
  const said = footnote({ ...footing, shared: false, reason, linked: false, shownA: null });
  expect(said).toBe(
    "Two cameras, each along its own axes (67 rows were sampled, there 65): compare distances inside a run only",
  );
});

test("a pose for a cloud twice as large looks at the same part of it from the same side", () => {
  const pose = { azimuth: 20, elevation: 30, distance: 4, target: [1, -2, 0.5] as const };
  expect(scaledPose(pose, 2)).toEqual({ azimuth: 20, elevation: 30, distance: 8, target: [2, -4, 1] });
  expect(scaledPose(scaledPose(pose, 3), 1 / 3)).toEqual(pose);
});

const same = (value: number) => value;
const rising = { steps: [0, 10, 20], values: [0, 10, 20] };
const flat = { steps: [0, 100], values: [50, 50] };

test("the pointer finds the curve that passes nearest, and its measured point", () => {
  expect(nearestCurve([flat, rising], 12, 13, same, same, 5)).toMatchObject({ curve: 1, step: 10, value: 10 });
  expect(nearestCurve([flat, rising], 60, 48, same, same, 5)).toMatchObject({ curve: 0, step: 100 });
  expect(nearestCurve([flat, rising], 60, 30, same, same, 5)).toBeNull();
});

test("a gap in a curve is nothing to point at", () => {
  const gap = { steps: [0, 10, 20], values: [5, Number.NaN, 5] };
  expect(nearestCurve([gap], 8, 5, same, same, 5)).toBeNull();
  expect(nearestCurve([{ steps: [], values: [] }], 8, 5, same, same, 5)).toBeNull();
});

test("it is the nearest of all points of all curves, checked one by one", () => {
  const curve = (k: number) => ({
    steps: Array.from({ length: 30 }, (_, i) => i * 3),
    values: Array.from({ length: 30 }, (_, i) => k * 20 + 8 * Math.sin(i / 3 + k)),
  });
  const curves = [curve(0), curve(1), curve(2)];
  const between = (of: ReturnType<typeof curve>, at: number) => {
    const i = Math.min(28, Math.floor(at / 3));
    return (of.values[i] as number) + ((at - i * 3) / 3) * ((of.values[i + 1] as number) - (of.values[i] as number));
  };
  for (let at = 1; at < 86; at += 4.3) {
    for (let height = -5; height < 50; height += 6.1) {
      const away = curves.map((one) => Math.abs(between(one, at) - height));
      const least = Math.min(...away);
      const hit = nearestCurve(curves, at, height, same, same, 7);
      expect(hit?.curve ?? null).toBe(least <= 7 ? away.indexOf(least) : null);
    }
  }
});

const session = (session_id: string, first_step: number | null) => ({ session_id, started: 1000, first_step });

test("each session after the first has a mark where it begins", () => {
  const marks = sessionMarks([session("aaaaaaaaaa", 0), session("bbbbbbbbbbbb", 50), session("cc", 200)]);
  expect(marks.map(({ step, number, of, id }) => [step, number, of, id])).toEqual([
    [50, 2, 3, "bbbbbbbb"],
    [200, 3, 3, "cc"],
  ]);
});

test("a session without a step of its own has no place on the axis", () => {
  expect(sessionMarks([session("a", 0), session("b", null), session("c", 9)]).map(({ number }) => number)).toEqual([3]);
  expect(sessionMarks([session("a", 0)])).toEqual([]);
});

import { expect, test } from "vitest";
import { axisNumber, stepLabels } from "../src/panels/loss_chart";

const plot = (right: number) => ({ left: 148, right, top: 0, bottom: 100 });

test.each([
  [890, [0, 2000]],
  [374, [0, 2000]],
  [890, [0, 1]],
  [1600, [0, 123_457]],
  [890, [17, 999]],
] as [number, [number, number]][])(
  "numbers on an axis to %i px over steps %j neither touch nor leave it",
  (right, steps) => {
    const labels = stepLabels(plot(right), steps);
    expect(labels.length).toBeGreaterThanOrEqual(2);
    expect(labels.at(-1)?.text).toBe(steps[1].toLocaleString("en-US"));
    let end = 148;
    for (const { x, width } of labels) {
      expect(x - width / 2).toBeGreaterThanOrEqual(end - 1e-9);
      end = x + width / 2;
    }
    expect(end).toBeLessThanOrEqual(right + 1e-9);
  },
);

test.each([
  [3, "3"],
  [0.25, "0.25"],
  [10, "10"],
  [100, "100"],
  [2000, "2e3"],
  [0.01, "0.01"],
  [0.0001, "1e-4"],
  [1e-8, "1e-8"],
])("%d on the loss axis keeps its zeros and touches no reading", (value, text) => {
  expect(axisNumber(value)).toBe(text);
});

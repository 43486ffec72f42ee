import { describe, expect, it } from "vitest";
import { recorder } from "../../src/scene/recorder";
import type { Shape } from "../../src/scene/shapes";
import { shapesOf } from "../../src/scene/shapes_of";
import { Stage } from "../../src/scene/stage";
import type { SceneProps } from "../../src/scene/types";
import { someProps } from "./made";

function shapesFor(props: SceneProps, flat = false): { shapes: Shape[]; stage: Stage } {
  const stage = new Stage(props);
  stage.width = 800;
  stage.height = 600;
  stage.setFlat(flat);
  stage.refit(0, 0);
  stage.prepare(0, 1);
  stage.everyPoint();
  return { shapes: shapesOf(stage.shot), stage };
}

const balls = (shapes: Shape[]) => shapes.filter((shape) => shape.kind === "ball");

describe("the cloud as shapes", () => {
  it.each([false, true])("has each row where it is drawn, as large (flat: %s)", (flat) => {
    const { shapes, stage } = shapesFor(someProps(60), flat);
    const { points } = stage.shot;
    const expected = Array.from(points.radius, (radius, row) => [points.x[row], points.y[row], radius]);
    const found = balls(shapes).map(({ x, y, radius }) => [x, y, radius]);
    const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(found)).toEqual(sorted(expected));
  });

  it("paints what is in front last", () => {
    const { shapes, stage } = shapesFor(someProps(60));
    const { points } = stage.shot;
    const depths = balls(shapes).map(({ x }) => points.depth[points.x.indexOf(x)] as number);
    const wrong = depths.filter((depth, i) => i > 0 && depth > (depths[i - 1] as number) + 0.35);
    expect(wrong).toEqual([]);
    expect(depths[0]).toBeGreaterThan(depths.at(-1) as number);
  });

  it("hides what the filters hide", () => {
    const props = someProps(30);
    props.visible.fill(0, 0, 10);
    expect(balls(shapesFor(props).shapes).length).toBe(20);
  });

  it("lets a point hide the line behind it, and the line before it show", () => {
    const at = (z: number) => [0, 0, z];
    const positions = Float32Array.from([...at(0), ...at(0.9), ...at(-0.9)]);
    const props = { ...someProps(3), from: positions, to: positions, mix: 0 };
    const trail = { row: 0, points: Float32Array.from([-0.4, 0, -0.6, 0.4, 0, -0.6]) };
    const { shapes } = shapesFor({ ...props, trails: [trail] });
    const trails = shapes.findIndex((shape) => shape.kind === "line" && Math.round(shape.color[0]) === 200);
    const order = balls(shapes).map((ball) => shapes.indexOf(ball));
    expect(trails).toBeGreaterThan(order[0] as number);
    expect(trails).toBeLessThan(order[1] as number);
  });

  it("draws many rows as discs, and rings those that are marked", () => {
    const mark = { rows: [3, 4], color: [255, 0, 0] as const };
    const { shapes } = shapesFor({ ...someProps(4000), marks: [mark] });
    expect(balls(shapes)).toEqual([]);
    expect(shapes.filter((shape) => shape.kind === "disc").length).toBeGreaterThan(200);
    expect(shapes.filter((shape) => shape.kind === "path" && shape.stroke === "rgb(255 0 0)").length).toBe(2);
  });

  it("puts no place on paper that is no number", () => {
    const props = someProps(20);
    props.from.fill(Number.NaN, 0, 9);
    const text = JSON.stringify(shapesFor({ ...props, mix: 0 }).shapes);
    expect(balls(shapesFor({ ...props, mix: 0 }).shapes).length).toBe(17);
    expect(text).not.toContain('null,"y"');
  });
});

describe("a recorded canvas", () => {
  it("takes paths, colours and opacity down in CSS px", () => {
    const { context, shapes } = recorder(2);
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.globalAlpha = 0.5;
    context.fillStyle = "rgb(1 2 3)";
    context.beginPath();
    context.moveTo(1, 2);
    context.lineTo(3, 4);
    context.arc(10, 10, 5, 0, 2 * Math.PI);
    context.fill();
    expect(shapes).toEqual([
      {
        kind: "path",
        data: "M1 2L3 4L15 10A5 5 0 0 1 5 10A5 5 0 0 1 15 10",
        fill: "rgb(1 2 3)",
        stroke: null,
        width: 1,
        dash: [],
        round: false,
        alpha: 0.5,
      },
    ]);
  });

  it.each([
    [0, 2 * Math.PI, true, "M15 10A5 5 0 0 0 5 10A5 5 0 0 0 15 10"],
    [0, Math.PI / 2, false, "M15 10A5 5 0 0 1 10 15"],
    [0, Math.PI / 2, true, "M15 10A5 5 0 0 0 6.46 6.46A5 5 0 0 0 10 15"],
    [Math.PI / 2, 0, false, "M10 15A5 5 0 0 1 6.46 6.46A5 5 0 0 1 15 10"],
  ] as const)("goes round an arc from %f to %f as a canvas does, backwards: %s", (from, to, back, data) => {
    const { context, shapes } = recorder(1);
    context.beginPath();
    context.arc(10, 10, 5, from, to, back);
    context.fill();
    expect(shapes[0]).toMatchObject({ data });
  });

  it("gives back what save kept, and refuses what it can't take down", () => {
    const { context, shapes } = recorder(1);
    context.save();
    context.translate(10, 0);
    context.globalAlpha = 0.1;
    context.restore();
    context.strokeStyle = "#fff";
    context.setLineDash([2, 3]);
    context.beginPath();
    context.rect(0, 0, 4, 5);
    context.stroke();
    expect(shapes[0]).toMatchObject({ data: "M0 0L4 0 4 5 0 5Z", alpha: 1, stroke: "#fff", dash: [2, 3] });
    expect(() => context.drawImage({} as HTMLCanvasElement, 0, 0)).toThrow("can't be drawn with lines");
  });
});

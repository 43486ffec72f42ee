import { describe, expect, it } from "vitest";
import { drawAxisNames } from "../../src/scene/axis_names";
import { armOf } from "../../src/scene/compass";
import { Placement } from "../../src/scene/placement";
import { Stage } from "../../src/scene/stage";
import type { Stamps } from "../../src/scene/stamps";
import { someProps } from "./made";
import { generator } from "./random";

const BLEED = 3;

interface Word {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The words beside the axes, 6 px a letter, and where they were put. */
function words(stage: Stage): Word[] {
  const found: Word[] = [];
  const nothing = () => {};
  const context = {
    beginPath: nothing,
    moveTo: nothing,
    lineTo: nothing,
    arc: nothing,
    fill: nothing,
    stroke: nothing,
    drawImage: (text: string, x: number, y: number) => {
      const [left, top] = [x + BLEED, y + BLEED];
      found.push({ text, left, top, right: left + text.length * 6, bottom: top + 14 });
    },
  } as unknown as CanvasRenderingContext2D;
  const stamps = {
    get: (text: string) => ({ image: text, width: text.length * 6, height: 14, bleed: BLEED }),
  } as unknown as Stamps;
  const { view, points } = stage.shot;
  const { insets } = stage.props;
  const placement = new Placement();
  placement.reset(view.width, view.height, points);
  placement.block(-1e5, -1e5, 1e5, insets.top);
  placement.block(-1e5, view.height - insets.bottom, 1e5, 1e5);
  drawAxisNames(context, stage.shot, stamps, placement);
  return found;
}

describe.each([
  ["a desktop", 744, 508],
  ["a phone", 390, 376],
])("what a square is worth, on %s", (_, width, height) => {
  it("is said beside the name of PC 1 however the cloud is turned, and touches no name and no edge", () => {
    const random = generator(width);
    let said = 0;
    let beside = 0;
    for (let k = 0; k < 300; k += 1) {
      const stage = new Stage({ ...someProps(40, 1 + k), mode: k % 3 === 0 ? "2d" : "3d" });
      stage.width = width;
      stage.height = height;
      stage.setFlat(k % 3 === 0);
      stage.refit(0, 0);
      stage.orbit((random() - 0.5) * 900, (random() - 0.5) * 300);
      if (k % 5 === 0) stage.zoom(1 + random(), random() * width, random() * height, false, 0);
      stage.prepare(0, 1);
      const all = words(stage);
      const scale = all.find(({ text }) => text.startsWith("1 square = "));
      if (scale === undefined) continue;
      said += 1;
      expect(scale.left).toBeGreaterThanOrEqual(2);
      expect(scale.right).toBeLessThanOrEqual(width - 2);
      expect(scale.top).toBeGreaterThanOrEqual(stage.props.insets.top - 1);
      expect(scale.bottom).toBeLessThanOrEqual(height - stage.props.insets.bottom + 1);
      for (const other of all) {
        if (other === scale) continue;
        const apart =
          other.right <= scale.left ||
          other.left >= scale.right ||
          other.bottom <= scale.top ||
          other.top >= scale.bottom;
        expect(apart).toBe(true);
        if (other.text === "PC 1" && Math.abs(other.top - scale.top) < 20 && Math.abs(other.left - scale.left) < 60)
          beside += 1;
      }
    }
    expect(said).toBeGreaterThan(280);
    expect(beside).toBeGreaterThan(200);
  });
});

describe("a view so near that the axes are out of it", () => {
  function near(mode: "3d" | "2d"): Stage {
    const stage = new Stage({ ...someProps(40, 3), mode });
    Object.assign(stage, { width: 744, height: 508 });
    stage.setFlat(mode === "2d");
    stage.refit(0, 0);
    return stage;
  }
  const texts = (stage: Stage) => {
    stage.prepare(0, 1);
    return words(stage).map(({ text }) => text);
  };
  /** As near as the wheel brings one, over the middle of the cloud. */
  const closer = (stage: Stage) => {
    for (let k = 0; k < 4; k += 1) stage.zoom(2, 372, 200, false, 0);
  };

  it.each([
    ["3d", ["PC 1", "PC 2", "PC 3"]],
    ["2d", ["PC 1", "PC 2"]],
  ] as const)("says in a corner which way they run, in %s", (mode, names) => {
    const stage = near(mode);
    const before = texts(stage);
    for (const name of names) expect(before.filter((text) => text === name)).toHaveLength(1);
    closer(stage);
    for (const name of names) expect(texts(stage)).toContain(name);
  });

  it("says nothing of squares while none of the floor is to be seen", () => {
    const stage = near("3d");
    expect(texts(stage).some((text) => text.startsWith("1 square = "))).toBe(true);
    closer(stage);
    expect(texts(stage).some((text) => text.startsWith("1 square = "))).toBe(false);
  });

  it("has arms along the axes as they are seen: a quarter turn brings PC 3 across", () => {
    const stage = near("3d");
    stage.show({ ...stage.camera.pose, azimuth: 0, elevation: 0 });
    stage.prepare(0, 1);
    expect(armOf(stage.shot.view, 0)[0]).toBeGreaterThan(20);
    expect(armOf(stage.shot.view, 1)[1]).toBeLessThan(-20);
    expect(Math.hypot(armOf(stage.shot.view, 2)[0], armOf(stage.shot.view, 2)[1])).toBeLessThan(1e-6);
    stage.show({ ...stage.camera.pose, azimuth: 90 });
    stage.prepare(0, 1);
    expect(Math.abs(armOf(stage.shot.view, 2)[0])).toBeGreaterThan(20);
  });
});

describe("positions whose directions mean nothing", () => {
  it("have no floor, no axes and no words about them, and fill the view by themselves", () => {
    const props = someProps(40, 4);
    const stage = new Stage(props);
    Object.assign(stage, { width: 744, height: 508 });
    stage.refit(0, 0);
    const measured = stage.camera.pose;
    stage.update({ measured: false, reducedMotion: true }, 0);
    stage.refit(0, 0);
    stage.prepare(0, 1);
    expect([stage.shot.grid.count, stage.shot.axes.count]).toEqual([0, 0]);
    expect(words(stage)).toEqual([]);
    expect(stage.camera.pose.distance).toBeLessThan(measured.distance);
    stage.update({ measured: true }, 0);
    stage.refit(0, 0);
    stage.prepare(0, 1);
    expect(stage.shot.axes.count).toBe(3);
    expect(stage.camera.pose).toEqual(measured);
  });

  it("leave the measured ones where they were, however far they reach, and while the way back is eased", () => {
    const props = someProps(40, 4);
    const stage = new Stage({ ...props, from: props.to, reducedMotion: true });
    Object.assign(stage, { width: 744, height: 508 });
    stage.refit(0, 0);
    const [measured, { box }] = [stage.camera.pose, stage.shot];
    const still = props.to.map((value, i) => value * (i % 3 === 1 ? 4 : 1));
    stage.update({ measured: false, from: props.to, to: still }, 0);
    stage.update({ measured: false, from: still, to: still }, 0);
    stage.update({ measured: true, from: still, to: Float32Array.from(props.to) }, 0);
    stage.update({ from: props.to, to: props.to }, 0);
    expect(stage.shot.box).toEqual(box);
    expect(stage.camera.pose).toEqual(measured);
  });
});

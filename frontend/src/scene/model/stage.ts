// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** What is to be seen of a model: props, boxes and the camera. Knows nothing of the page or of how things are drawn. */

import { DEPTH } from "../../architecture/types";
import { Camera } from "../camera";
import { fitted, type Kept } from "../fit";
import { type Palette, paletteOf } from "../palette";
import { emptyView, look, orbited, panned, project, type View, zoomed } from "../pose";
import type { Pose } from "../types";
import { type Box, boxesOf } from "./boxes";
import { boxAt, hitOf } from "./pick";
import type { Hit, ModelProps, ScreenRect } from "./types";
import { type Word, wordsOf } from "./words";

const CAMERA_MS = 320;
const WHEEL_MS = 120;
const AZIMUTH = 19;
const ELEVATION = 9;
/** Turned farther, faces would be seen from the edge, and from behind there is nothing on them. */
const MOST_AZIMUTH = 62;
const [LEAST_ELEVATION, MOST_ELEVATION] = [-25, 55];
/** What a focused slab takes of the canvas; but the camera always comes nearer, and never so near that the slab is cut off. */
const [CLOSE, CLOSER, WHOLE] = [0.46, 0.62, 1.2];
const WIDE = 720;
const [CARD_ROOM, CARD_COST] = [226, 1.12];

export class Stage {
  width = 1;
  height = 1;
  flat = false;
  readonly view: View = emptyView();
  palette: Palette;
  boxes: readonly Box[] = [];
  words: readonly Word[] = [];
  readonly #solid = new Camera();
  readonly #plane = new Camera();

  constructor(public props: ModelProps) {
    this.palette = paletteOf(props.theme);
    this.#build();
  }

  get camera(): Camera {
    return this.flat ? this.#plane : this.#solid;
  }

  /** Takes over new props; says which are really other than before. */
  update(changed: Partial<ModelProps>, now: number): ReadonlySet<keyof ModelProps> {
    const keys = new Set<keyof ModelProps>();
    for (const key of Object.keys(changed) as (keyof ModelProps)[]) if (changed[key] !== this.props[key]) keys.add(key);
    if (keys.size === 0) return keys;
    this.props = { ...this.props, ...changed };
    this.palette = paletteOf(this.props.theme);
    if (keys.has("layout") || keys.has("labelMode") || keys.has("shapes")) this.#build();
    else if (keys.has("notes")) this.words = wordsOf(this.props.layout, this.props);
    if (keys.has("layout")) for (const camera of [this.#solid, this.#plane]) camera.moved = false;
    if (keys.has("layout") || keys.has("insets")) this.refit(CAMERA_MS, now);
    return keys;
  }

  fit(now: number): void {
    for (const camera of [this.#solid, this.#plane]) camera.moved = false;
    this.refit(CAMERA_MS, now);
  }

  refit(lasts: number, now: number): void {
    for (const camera of [this.#solid, this.#plane]) {
      const flat = camera === this.#plane;
      const kept = this.#kept();
      let pose = this.#fitted(flat, kept, START);
      // Beside the model there is room for a card where that costs the model nothing.
      const plates = kept[1] as Kept;
      const roomy = this.#fitted(flat, [...kept, { ...plates, right: CARD_ROOM }], START);
      if (this.width >= WIDE && roomy.distance <= pose.distance * CARD_COST) pose = roomy;
      camera.fitDistance = pose.distance;
      if (!camera.moved) camera.ease(pose, this.#motion(camera === this.camera ? lasts : 0), now);
    }
  }

  orbit(dx: number, dy: number): void {
    const { camera } = this;
    if (this.flat) camera.jump(panned(camera.pose, this.view, dx, dy));
    else {
      const pose = orbited(camera.pose, dx, dy, this.width);
      const azimuth = Math.max(-MOST_AZIMUTH, Math.min(MOST_AZIMUTH, pose.azimuth));
      const elevation = Math.max(LEAST_ELEVATION, Math.min(MOST_ELEVATION, pose.elevation));
      camera.jump({ ...pose, azimuth, elevation });
    }
    camera.moved = true;
  }

  pan(dx: number, dy: number): void {
    this.camera.jump(panned(this.camera.pose, this.view, dx, dy));
    this.camera.moved = true;
  }

  zoom(factor: number, x: number, y: number, smooth: boolean, now: number): void {
    const { camera } = this;
    const goal = zoomed(camera.goal, this.view, factor, x, y, camera.fitDistance);
    camera.ease(goal, this.#motion(smooth ? WHEEL_MS : 0), now);
    camera.moved = true;
  }

  /** Flies to a layer, from where it is looked at now; false where it isn't drawn. */
  focus(layer: number, now: number): boolean {
    const box = this.boxOf(layer);
    if (!box) return false;
    const { camera } = this;
    const { fitDistance } = camera;
    const near = this.#fitted(this.flat, [corners([box], 0, 0)], camera.goal).distance;
    const distance = Math.max(near * WHOLE, fitDistance / 12, Math.min(near / CLOSE, fitDistance * CLOSER));
    const target = box.low.map((low, axis) => (low + box.high[axis]!) / 2) as [number, number, number];
    const pose = { ...camera.goal, target, distance: Math.min(distance, fitDistance) };
    camera.ease(pose, this.#motion(CAMERA_MS), now);
    camera.moved = true;
    return true;
  }

  show(pose: Pose): void {
    this.camera.jump(pose);
    this.camera.moved = true;
  }

  /** Brings the view to the moment `now`; true while the camera is still moving. */
  prepare(now: number): boolean {
    const moving = this.camera.step(now);
    this.view.flat = this.flat;
    look(this.view, this.camera.pose, this.width, this.height, this.props.insets);
    return moving;
  }

  pick(x: number, y: number, slack: number): Hit | null {
    const found = hitOf(this.boxes[boxAt(this.view, this.boxes, x, y)]);
    return found ?? (slack > 0 ? hitOf(this.boxes[boxAt(this.view, this.boxes, x, y, slack)]) : null);
  }

  boxOf(layer: number | null): Box | undefined {
    return layer === null ? undefined : this.#byLayer.get(layer);
  }
  readonly #byLayer = new Map<number, Box>();

  /** What a box covers on the screen. */
  rectOf(box: Box): ScreenRect {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = 0; k < 8; k += 1) {
      corner(this.view, box, k);
      left = Math.min(left, out[0]!);
      right = Math.max(right, out[0]!);
      top = Math.min(top, out[1]!);
      bottom = Math.max(bottom, out[1]!);
    }
    return { left, top, right, bottom };
  }

  /** Of a block: its plate, or its place on one; null = neither is drawn. */
  rectOfBlock(block: number): ScreenRect | null {
    const tile = this.boxes.find((box) => box.tile?.block === block);
    const box = tile ?? this.boxes.find(({ plate }) => plate && plate.first <= block && block <= plate.last);
    return box ? this.rectOf(box) : null;
  }

  /** Plates, and slabs outside of them. */
  obstacles(): ScreenRect[] {
    const outer = this.boxes.filter(({ plate, slab }) => plate !== null || slab?.block === null);
    return outer.map((box) => this.rectOf(box));
  }

  /** Whether a table stands there on the screen. */
  covered(left: number, top: number, right: number, bottom: number): boolean {
    return this.#tables.some((box) => {
      const rect = this.rectOf(box);
      return left < rect.right && right > rect.left && top < rect.bottom && bottom > rect.top;
    });
  }
  #tables: readonly Box[] = [];

  #build(): void {
    this.boxes = boxesOf(this.props.layout, this.props.paths);
    this.#byLayer.clear();
    this.#tables = this.boxes.filter(({ slab }) => slab?.block === null && !slab.upright);
    for (const box of this.boxes) if (box.slab) this.#byLayer.set(box.slab.layer, box);
    this.words = wordsOf(this.props.layout, this.props);
  }

  #motion(lasts: number): number {
    return this.props.reducedMotion ? 0 : lasts;
  }

  #fitted(flat: boolean, kept: readonly Kept[], from: Pose): Pose {
    const { x, width, y, height } = this.props.layout.bounds;
    const distance = Math.max(width, height, 1) * 2;
    const target: [number, number, number] = [x + width / 2, y + height / 2, DEPTH / 2];
    return fitted({ ...from, distance, target }, flat, this.width, this.height, this.props.insets, kept);
  }

  /** Everything with a body, and room for the words beside it. */
  #kept(): readonly Kept[] {
    const wide = this.width >= 600;
    const outer = this.boxes.filter((box) => box.plate === null && box.slab?.block === null);
    const plates = this.boxes.filter((box) => box.plate !== null);
    const all = [corners(outer, wide ? 24 : 10, 34), corners(plates, 8, 30)];
    const { bounds } = this.props.layout;
    // Ties and captions lie flat.
    const whole: Box = {
      kind: "plate",
      low: [bounds.x, bounds.y, 0],
      high: [bounds.x + bounds.width, bounds.y + bounds.height, 0],
      source: -1,
      slab: null,
      plate: null,
      tile: null,
    };
    all.push(corners([whole], 10, 8));
    return all;
  }
}

const START: Pose = { azimuth: AZIMUTH, elevation: ELEVATION, distance: 1, target: [0, 0, 0] };
const out = new Float32Array(3);

/** Projects the k-th corner of a box; the result lies in an array that is used again. */
export function corner(view: Readonly<View>, { low, high }: Box, k: number): Float32Array {
  return project(view, (k & 1 ? high : low)[0], (k & 2 ? high : low)[1], (k & 4 ? high : low)[2], out);
}

function corners(boxes: readonly Box[], beside: number, above: number): Kept {
  const places = new Float32Array(boxes.length * 24);
  for (const [i, { low, high }] of boxes.entries()) {
    for (let k = 0; k < 8; k += 1) {
      places.set([(k & 1 ? high : low)[0], (k & 2 ? high : low)[1], (k & 4 ? high : low)[2]], i * 24 + k * 3);
    }
  }
  return { places, count: boxes.length * 8, left: beside, right: beside, top: above, bottom: above / 2 };
}

/** What is to be seen: props, box, cameras and every row's place. Knows nothing of the page or of how things are drawn. */

import { axesInto, boxOf, covers, emptyBounds, gridInto, include, tips } from "./box";
import { Camera, START } from "./camera";
import { checkProps, differences } from "./check";
import { coursesInto } from "./courses";
import { crowding, enough, grownBy } from "./crowding";
import { fitted, type Kept } from "./fit";
import { closeUp } from "./focus";
import { linksInto } from "./links";
import { DepthOrder } from "./order";
import { DENSITY_ROWS, FLAT_ROWS, paletteOf } from "./palette";
import { emptyView, look, orbited, panned, project, zoomed } from "./pose";
import { Projected, placeOf, sizeFactor } from "./projected";
import { FULL } from "./quality";
import { Rings } from "./rings";
import { Sample } from "./sample";
import { Segments } from "./segments";
import { trailsInto } from "./trails";
import type { Economy, Pose, SceneProps, Trail } from "./types";
import type { Shot } from "./visual";

const CAMERA_MS = 320;
const WHEEL_MS = 120;
const HOVER_MS = 80;
const HOVER_GROWTH = 0.2;
const NARROW = 600;

export class Stage {
  readonly shot: Shot;
  width = 1;
  height = 1;
  /** 3D isn't to be had, or 2D is wanted. */
  flat = false;
  readonly #solid = new Camera();
  readonly #plane = new Camera();
  #bounds = emptyBounds();
  #hoverBegan = 0;
  #movesWithPoints = false;
  /** Positions without measure that were shown last: nothing that the measured ones would have to make room for. */
  #unmeasured: Float32Array | null = null;
  readonly #trails = new Segments(512);

  constructor(props: SceneProps) {
    checkProps(props);
    this.shot = {
      props: { ...props },
      palette: paletteOf(props.theme),
      view: emptyView(),
      box: boxOf(emptyBounds(), props.radius),
      points: new Projected(props.rows),
      order: new DepthOrder(props.rows),
      sample: new Sample(props.rows),
      labels: true,
      sizeFactor: 1,
      hoverScale: 1,
      near: 0,
      far: 1,
      pixelRatio: 1,
      grid: new Segments(),
      axes: new Segments(4),
      trails: this.#trails,
      links: new Segments(16),
      courses: new Segments(16),
      rings: new Rings(),
    };
    this.#growBox(true);
    this.shot.sample.update(props, new Set());
    this.#restroke(new Set(["trails", "marks", "courses"]));
  }

  get props(): SceneProps {
    return this.shot.props;
  }

  get camera(): Camera {
    return this.flat ? this.#plane : this.#solid;
  }

  /** Takes over new props; says which are really other than before. */
  update(changed: Partial<SceneProps>, now: number): ReadonlySet<keyof SceneProps> {
    const keys = differences(this.props, changed);
    if (keys.size === 0) return keys;
    const next = { ...this.props, ...changed };
    checkProps(next);
    const { shot } = this;
    const before = shot.props;
    shot.props = next;
    shot.palette = paletteOf(next.theme);
    if (keys.has("rows")) {
      shot.points = new Projected(next.rows);
      shot.order = new DepthOrder(next.rows);
      shot.sample = new Sample(next.rows);
    }
    shot.sample.update(next, keys);
    if (keys.has("hovered")) this.#hoverBegan = now;
    const anew = keys.has("rows");
    if (anew || (["from", "to", "radius", "bounds", "visible", "measured"] as const).some((key) => keys.has(key))) {
      // A smaller half extent means another run of as many rows.
      if (this.#growBox(anew || next.radius < before.radius)) this.refit(anew ? 0 : CAMERA_MS, now);
    }
    if (keys.has("measured")) this.#strokeBox();
    if (keys.has("insets") || keys.has("measured")) this.refit(CAMERA_MS, now);
    this.#restroke(keys);
    return keys;
  }

  /** Back to the default view of everything. */
  fit(now: number): void {
    for (const camera of [this.#solid, this.#plane]) camera.moved = false;
    this.refit(CAMERA_MS, now);
  }

  /** Fits the cameras that nobody has moved. */
  refit(lasts: number, now: number): void {
    const motion = this.props.reducedMotion ? 0 : lasts;
    for (const camera of [this.#solid, this.#plane]) {
      const flat = camera === this.#plane;
      const { azimuth, elevation } = START;
      const start: Pose = { azimuth, elevation, distance: this.props.radius * 6 || 6, target: [0, 0, 0] };
      const pose = fitted(start, flat, this.width, this.height, this.props.insets, this.#kept(flat));
      camera.fitDistance = pose.distance;
      if (!camera.moved) camera.ease(pose, camera === this.camera ? motion : 0, now);
    }
  }

  orbit(dx: number, dy: number): void {
    const { camera } = this;
    camera.jump(this.flat ? panned(camera.pose, this.shot.view, dx, dy) : orbited(camera.pose, dx, dy, this.width));
    camera.moved = true;
  }

  pan(dx: number, dy: number): void {
    const { camera } = this;
    camera.jump(panned(camera.pose, this.shot.view, dx, dy));
    camera.moved = true;
  }

  zoom(factor: number, x: number, y: number, smooth: boolean, now: number): void {
    const { camera } = this;
    const goal = zoomed(camera.goal, this.shot.view, factor, x, y, camera.fitDistance);
    camera.ease(goal, smooth && !this.props.reducedMotion ? WHEEL_MS : 0, now);
    camera.moved = true;
  }

  /** Flies to these rows; false when none of them is drawn. */
  focus(rows: readonly number[], now: number): boolean {
    const { camera, props } = this;
    const { goal, fitDistance } = camera;
    const pose = closeUp(goal, this.flat, this.width, this.height, props.insets, props, rows, fitDistance);
    if (pose === null) return false;
    camera.ease(pose, props.reducedMotion ? 0 : CAMERA_MS, now);
    camera.moved = true;
    return true;
  }

  show(pose: Pose): void {
    this.camera.jump(pose);
    this.camera.moved = true;
  }

  /** Brings everything in `shot` to the moment `now`, with what the governor leaves and, if `every` is false, with as many rows as this
   *  view can show; true while something is still moving. */
  prepare(now: number, pixelRatio: number, economy: Economy = FULL, every = !this.props.mayEconomize): boolean {
    const { shot, props } = this;
    let moving = this.#look(now);
    const { pose, fitDistance } = this.camera;
    shot.pixelRatio = pixelRatio;
    shot.sizeFactor = sizeFactor(this.width, this.height, fitDistance, pose.distance, props.rows) * props.pointScale;
    shot.labels = economy.labels;
    shot.trails = economy.trails ? this.#trails : NO_STROKES;
    this.#choose(economy.rows, every);
    const { rows, start, end, asked } = shot.sample;
    if (props.rows <= DENSITY_ROWS || this.flat || (economy.labels && props.labelMode !== "off")) {
      // Without a list the arrays are gone through as they lie, which is faster.
      if (start === 0) shot.points.update(props, shot.view, shot.sizeFactor);
      else shot.points.update(props, shot.view, shot.sizeFactor, rows, start, end);
    } else {
      // The GPU places the many by itself; here only those are placed that somebody asked for.
      shot.points.update(props, shot.view, shot.sizeFactor, rows, end - asked, end);
    }
    if (props.rows <= DENSITY_ROWS) {
      if (start === 0) shot.order.update(shot.points.depth);
      else shot.order.update(shot.points.depth, rows, start, end);
    }
    this.#depthRange();
    if (this.#movesWithPoints) {
      const trails = economy.trails ? props.trails : NO_TRAILS;
      linksInto(shot.links, props, props.selected, props.links, trails, props.colors, shot.palette.accent);
    }
    if (props.courses.length > 0) coursesInto(shot.courses, props, props.courses, shot.palette);
    const grown = props.reducedMotion ? 1 : Math.min(1, Math.max(0, (now - this.#hoverBegan) / HOVER_MS));
    shot.hoverScale = props.hovered === null ? 1 : 1 + HOVER_GROWTH * grown;
    if (props.hovered !== null && grown < 1) moving = true;
    return moving;
  }

  /** Every row's place at the last prepared moment: over DENSITY_ROWS rows in 3D `shot.points` knows only a few. O(R). */
  everyPoint(): Projected {
    const { shot, props } = this;
    shot.points.update(props, shot.view, shot.sizeFactor);
    return shot.points;
  }

  /** Where a row is at the moment `now`, CSS px, or null when it isn't visible. */
  place(row: number, now: number): { x: number; y: number } | null {
    this.#look(now);
    return placeOf(this.props, this.shot.view, row, place);
  }

  /** Sets the view by the camera of this moment; true while that is moving. */
  #look(now: number): boolean {
    const moving = this.camera.step(now);
    this.shot.view.flat = this.flat;
    look(this.shot.view, this.camera.pose, this.width, this.height, this.props.insets);
    return moving;
  }

  /** Which rows are drawn, and by how much fewer ones are drawn larger. */
  #choose(spared: number, every: boolean): void {
    const { shot, props } = this;
    const { sample } = shot;
    let share = spared;
    if (!every && props.rows > FLAT_ROWS) {
      const { pose, fitDistance } = this.camera;
      const covered = crowding(props, sample.fair, sample.end, shot.view, shot.sizeFactor);
      share = Math.min(share, enough(covered, props.rows, pose.distance / fitDistance));
    }
    sample.take(share);
    shot.sizeFactor *= grownBy(props.rows, sample.share);
  }

  #depthRange(): void {
    const { shot } = this;
    let [near, far] = [Infinity, -Infinity];
    for (let k = 0; k < 8; k += 1) {
      const { low, high } = shot.box;
      project(shot.view, (k & 1 ? low : high)[0], (k & 2 ? low : high)[1], (k & 4 ? low : high)[2], place);
      near = Math.min(near, place[2] ?? 0);
      far = Math.max(far, place[2] ?? 0);
    }
    shot.near = near;
    shot.far = Math.max(far, near + 1e-6);
  }

  /** Makes the box cover the data; true = it became another. It never shrinks, or the cloud would seem not to grow. */
  #growBox(anew: boolean): boolean {
    const { props } = this;
    if (anew) this.#bounds = emptyBounds();
    if (props.measured === false) this.#unmeasured = props.to;
    else if (props.bounds) this.#bounds.set(props.bounds);
    else {
      if (props.from !== this.#unmeasured) include(this.#bounds, props.from, props.visible);
      include(this.#bounds, props.to, props.visible);
    }
    const least = boxOf(emptyBounds(), props.radius);
    const before = this.shot.box;
    const whole = [...least.low, ...least.high];
    if (!anew && covers(before, this.#bounds) && covers(before, whole)) return false;
    // A little more than needed, or each snapshot of a growing cloud would move the camera.
    const room = anew ? 0 : 0.08 * (props.radius || 0);
    const grown = this.#bounds.map((edge, i) => edge + (i < 3 ? -room : room));
    this.shot.box = boxOf(grown, props.radius);
    this.#strokeBox();
    return true;
  }

  #strokeBox(): void {
    const { shot, flat } = this;
    if (this.props.measured === false) {
      shot.grid.clear();
      shot.axes.clear();
      return;
    }
    gridInto(shot.grid, shot.box, flat, shot.palette);
    axesInto(shot.axes, shot.box, flat, shot.palette);
  }

  /** When the view changes between 2D and 3D. */
  setFlat(flat: boolean): void {
    this.flat = flat;
    this.#strokeBox();
  }

  #restroke(keys: ReadonlySet<keyof SceneProps>): void {
    const { shot, props } = this;
    if (keys.has("theme")) this.#strokeBox();
    if (keys.has("trails") || keys.has("colors") || keys.has("visible")) {
      trailsInto(this.#trails, props.trails, props.colors, props.visible);
    }
    if (keys.has("marks") || keys.has("rows")) shot.rings.update(props.marks, props.rows);
    if (keys.has("courses") && props.courses.length === 0) shot.courses.clear();
    this.#movesWithPoints = props.trails.length > 0 || (props.selected !== null && props.links.length > 0);
    if (!this.#movesWithPoints) shot.links.clear();
  }

  /** What a fitted camera must show: points with room for a label, axes with room for their names, the floor where there is width for it. */
  #kept(flat: boolean): readonly Kept[] {
    const { box, props } = { box: this.shot.box, props: this.props };
    const wide = this.width >= NARROW;
    const seen = (positions: Float32Array): Kept => ({
      places: positions.map((value, i) => (props.visible[Math.floor(i / 3)] === 1 ? value : Number.NaN)),
      count: props.rows,
      left: 24,
      top: 20,
      right: wide ? 34 : 24,
      bottom: 18,
    });
    if (props.measured === false) return [seen(props.from), seen(props.to)];
    const [one, two, three] = tips(box);
    const edge = (tip: ArrayLike<number>, left: number, top: number, right: number, bottom: number): Kept => ({
      places: Float32Array.from(tip),
      count: 1,
      left,
      top,
      right,
      bottom,
    });
    const all = [seen(props.to), edge(two, 12, 30, 12, 0)];
    if (props.from !== this.#unmeasured) all.push(seen(props.from));
    all.push(wide ? edge(one, 0, 8, 88, 12) : edge(one, 0, 8, 12, 12));
    if (flat) return all;
    all.push(wide ? edge(three, 44, 0, 0, 24) : edge(three, -24, 0, 0, -26));
    if (wide) all.push(edge([box.high[0], box.low[1], box.high[2]], 0, 0, 20, 12));
    return all;
  }
}

const place = new Float32Array(3);
const NO_STROKES = new Segments(1);
const NO_TRAILS: readonly Trail[] = [];

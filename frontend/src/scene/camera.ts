/** The camera's pose in time: jumps, eased moves, and whether a person has taken it over. */

import { between, DEFAULT_AZIMUTH, DEFAULT_ELEVATION, eased } from "./pose";
import type { Pose } from "./types";

export const START: Pose = { azimuth: DEFAULT_AZIMUTH, elevation: DEFAULT_ELEVATION, distance: 5, target: [0, 0, 0] };

export class Camera {
  pose: Pose = START;
  /** Where the running move ends, or the pose itself. */
  goal: Pose = START;
  /** Distance of the last fit: what zoom is measured by. */
  fitDistance = START.distance;
  /** A person moved it: it no longer refits by itself. */
  moved = false;
  #origin: Pose = START;
  #began = 0;
  #lasts = 0;

  jump(pose: Pose): void {
    this.pose = pose;
    this.goal = pose;
    this.#lasts = 0;
  }

  /** Moves there in `lasts` ms from `now`; 0 = jumps. */
  ease(pose: Pose, lasts: number, now: number): void {
    if (lasts <= 0) {
      this.jump(pose);
      return;
    }
    this.#origin = this.pose;
    this.goal = pose;
    this.#began = now;
    this.#lasts = lasts;
  }

  /** Takes the pose of this moment; true while it is still moving. */
  step(now: number): boolean {
    if (this.#lasts === 0) return false;
    const t = Math.max(0, now - this.#began) / this.#lasts;
    this.pose = t >= 1 ? this.goal : between(this.#origin, this.goal, eased(t));
    if (t >= 1) this.#lasts = 0;
    return this.#lasts > 0;
  }
}

/** Where the person has moved the camera, as the scene told; the 2D and the 3D view have one each. */

import { signal } from "@preact/signals";
import type { Pose, ViewMode } from "../scene/types";
import { mode } from "./settings";

/** null = nobody moved it: it shows everything. */
export const poses = signal<Readonly<Record<ViewMode, Pose | null>>>({ "3d": null, "2d": null });

/** Grows when the camera is to go where `poses` says, and not the other way round: a link was opened. */
export const posesAsked = signal(0);

export function askForPose(): void {
  posesAsked.value++;
}

/** Grows when the layers are to be looked at from where they were before a finding was opened. */
export const modelBackAsked = signal(0);

export function askModelBack(): void {
  modelBackAsked.value++;
}

export function keepPose(pose: Pose | null): void {
  // Showing everything is for both views.
  if (pose === null) poses.value = { "3d": null, "2d": null };
  else poses.value = { ...poses.peek(), [mode.peek()]: pose };
}

/** "azimuth,elevation,distance,x,y,z": degrees to a hundredth, lengths to a hundred-thousandth of the distance. */
export function poseText(pose: Pose): string {
  const places = Math.min(12, Math.max(0, 5 - Math.floor(Math.log10(pose.distance))));
  const lengths = [pose.distance, ...pose.target].map((value) => Number(value.toFixed(places)));
  // The clouds turn on and on: only where they stand counts.
  const azimuth = ((((pose.azimuth + 180) % 360) + 360) % 360) - 180;
  return [Number(azimuth.toFixed(2)), Number(pose.elevation.toFixed(2)), ...lengths].join(",");
}

/** null where the text is no pose. */
export function poseFrom(text: string): Pose | null {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [azimuth, elevation, distance, x, y, z] = numbers as [number, number, number, number, number, number];
  if (numbers.length !== 6 || !numbers.every(Number.isFinite)) return null;
  if (Math.abs(azimuth) > 360 || Math.abs(elevation) > 90 || distance < 1e-9 || distance > 1e12) return null;
  return { azimuth, elevation, distance, target: [x, y, z] };
}

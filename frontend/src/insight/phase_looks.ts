/** Names and colours of the phases. Pure: the strip, the heat map and pictures show the same ones. */

export type PhaseName =
  | "initialization"
  | "rapid_learning"
  | "refinement"
  | "plateau"
  | "convergence"
  | "divergence"
  | "oscillation"
  | "overfitting"
  | "generalization";

/** As on the wire. */
export const PHASE_NAMES: Readonly<Record<PhaseName, string>> = {
  initialization: "Initialization",
  rapid_learning: "Rapid learning",
  refinement: "Refinement",
  plateau: "Plateau",
  convergence: "Convergence",
  divergence: "Divergence",
  oscillation: "Oscillation",
  overfitting: "Overfitting",
  generalization: "Generalization",
};

/** A colour never stands alone: the name, or what is said on pointing at it, goes with it. */
const PHASE_COLORS: Readonly<Record<PhaseName, readonly [dark: string, light: string]>> = {
  initialization: ["#A3A8B0", "#6D737C"],
  rapid_learning: ["#56B4E9", "#0072B2"],
  refinement: ["#2FB58A", "#00855F"],
  plateau: ["#D58BB3", "#A8487C"],
  convergence: ["#5F9E86", "#2F6B57"],
  divergence: ["#F0804A", "#B83F00"],
  oscillation: ["#B79AE0", "#7A52B3"],
  overfitting: ["#E39A62", "#A05A14"],
  generalization: ["#3FC4CF", "#007E8A"],
};

const isKnown = (name: string): name is PhaseName => name in PHASE_NAMES;

/** A server of another version may tell of others. */
export function phaseName(name: string): string {
  if (isKnown(name)) return PHASE_NAMES[name];
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const phaseColor = (name: string, theme: "dark" | "light"): string =>
  PHASE_COLORS[isKnown(name) ? name : "initialization"][theme === "dark" ? 0 : 1];

const BOUNDARY_NAMES: Readonly<Record<string, string>> = {
  warm_up_end: "Warm-up ends",
  decay_start: "Decay begins",
};

/** What the schedule of the learning rate does at a boundary. */
export const boundaryName = (name: string): string => BOUNDARY_NAMES[name] ?? phaseName(name);

/** Colours of what is drawn besides a scene: as in styles/tokens.css. Pure. */

export interface Inks {
  readonly panel: string;
  readonly line: string;
  readonly divider: string;
  readonly text: string;
  readonly quiet: string;
  readonly faint: string;
  readonly accent: string;
  readonly train: string;
  readonly validation: string;
}

const DARK: Inks = {
  panel: "#2a2a2b",
  line: "#404042",
  divider: "#333335",
  text: "#f1f1f1",
  quiet: "#bdbdbf",
  faint: "#a2a2a5",
  accent: "#ff9838",
  train: "#56b4e9",
  validation: "#e092b8",
};

const LIGHT: Inks = {
  panel: "#ffffff",
  line: "#dadad6",
  divider: "#e9e9e5",
  text: "#1f1f1f",
  quiet: "#4b4b4d",
  faint: "#68686b",
  accent: "#f57c00",
  train: "#0072b2",
  validation: "#a8487c",
};

export const inksOf = (dark: boolean): Inks => (dark ? DARK : LIGHT);

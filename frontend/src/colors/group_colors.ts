/** The colours of named groups, by theme: told apart from each other and from those of the classes, by colour-blind readers too; at least
 * 3:1 on the canvas. Pure. */

import type { Theme } from "../scene/types";

export const GROUP_COLORS: Record<Theme, readonly string[]> = {
  dark: ["#F31485", "#0CFB12", "#3C9BA4", "#FAE7ED", "#D902F8", "#6E860F", "#C5BEF0", "#FFA79F"],
  light: ["#FF213B", "#7465FF", "#045C62", "#011F11", "#280038", "#593503", "#857D9F", "#9C7273"],
};

export function groupColor(color: number, theme: Theme): string {
  const colors = GROUP_COLORS[theme];
  return colors[color % colors.length] as string;
}

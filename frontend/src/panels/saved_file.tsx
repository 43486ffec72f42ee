/** What a page that came out of a file says of itself, and the theme, which TensorBoard chooses elsewhere. */

import { saved } from "../store/saved";
import { setTheme, theme } from "../store/settings";
import { IconButton } from "./controls";

/** A quiet line on what the file keeps. */
export function SavedLine() {
  const now = saved.value;
  return now && <p class="row-note saved-file">{now.facts.join(" ")}</p>;
}

export function ThemeButton({ framed = false }: { framed?: boolean }) {
  if (!saved.value) return null;
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <IconButton
      icon="theme"
      label={`Switch to ${other}`}
      class={framed ? "theme-switch framed" : "theme-switch"}
      onClick={() => setTheme(other)}
    />
  );
}

/** The host's theme, and what the person's system asks for. */

import type { Theme } from "../scene/types";

function hostBody(): HTMLElement | null {
  try {
    return window.parent === window ? null : window.parent.document.body;
  } catch {
    return null;
  }
}

/** Calls back at once and at each change until `signal` ends. The host marks its body `dark-mode`. */
export function observeTheme(onTheme: (theme: Theme) => void, signal: AbortSignal): void {
  const body = hostBody();
  if (body) {
    const tell = () => onTheme(body.classList.contains("dark-mode") ? "dark" : "light");
    const observer = new MutationObserver(tell);
    observer.observe(body, { attributes: true, attributeFilter: ["class"] });
    signal.addEventListener("abort", () => observer.disconnect());
    tell();
    return;
  }
  observeQuery("(prefers-color-scheme: dark)", (dark) => onTheme(dark ? "dark" : "light"), signal);
}

export function observeQuery(query: string, onChange: (matches: boolean) => void, signal: AbortSignal): void {
  const media = window.matchMedia(query);
  media.addEventListener("change", () => onChange(media.matches), { signal });
  onChange(media.matches);
}

/** The host brings its own Roboto; a frame doesn't inherit fonts, so its rules are repeated here. */
export function borrowFonts(target: Document): void {
  try {
    const host = window.parent.document;
    if (host === target) return;
    const rules: string[] = [];
    for (const sheet of host.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (!rule.cssText.startsWith("@font-face") || !/roboto/i.test(rule.cssText)) continue;
        const base = sheet.href ?? host.baseURI;
        rules.push(
          rule.cssText.replace(/url\("?([^")]+)"?\)/g, (_, url: string) => `url("${new URL(url, base).href}")`),
        );
      }
    }
    if (rules.length === 0) return;
    const style = target.createElement("style");
    style.textContent = rules.join("\n");
    target.head.append(style);
  } catch {
    // another origin, or a sheet that can't be read: the system's font serves
  }
}

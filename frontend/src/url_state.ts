/** The view in the host's address: `#paramviz&p.paramviz.<key>=<value>`. What others put there stays. */

export const KEYS = ["run", "embedding", "step", "row", "color", "projection"] as const;
export type UrlState = Partial<Record<(typeof KEYS)[number], string>>;

const PREFIX = "p.paramviz.";
const TAB = "paramviz";

/** Values from a hash; unknown keys and values that can't be decoded are left out. */
export function parseHash(hash: string): UrlState {
  const state: UrlState = {};
  for (const part of hash.replace(/^#/, "").split("&")) {
    const equals = part.indexOf("=");
    if (equals < 0 || !part.startsWith(PREFIX)) continue;
    const key = KEYS.find((candidate) => candidate === part.slice(PREFIX.length, equals));
    if (!key) continue;
    try {
      state[key] = decodeURIComponent(part.slice(equals + 1));
    } catch {
      // a hand-cut link: the rest of it still counts
    }
  }
  return state;
}

/** The hash with our values replaced, or null when the host shows another tab. */
export function withState(hash: string, state: UrlState): string | null {
  const parts = hash.replace(/^#/, "").split("&");
  if (parts[0] !== TAB) return null;
  const kept = parts.filter((part, i) => i === 0 || (part !== "" && !part.startsWith(PREFIX)));
  const ours = KEYS.filter((key) => state[key] !== undefined).map(
    (key) => `${PREFIX}${key}=${encodeURIComponent(state[key] as string)}`,
  );
  return `#${[...kept, ...ours].join("&")}`;
}

/** At the start; {} where the host's address can't be read. */
export function readUrl(): UrlState {
  try {
    return parseHash(window.parent.location.hash);
  } catch {
    return {};
  }
}

/** Adds nothing to the history. Call only while our tab shows. */
export function writeUrl(state: UrlState): void {
  try {
    const host = window.parent;
    const hash = withState(host.location.hash, state);
    if (hash !== null && hash !== host.location.hash) host.history.replaceState(host.history.state, "", hash);
  } catch {
    // another origin, or too many calls for this browser: the link is a convenience
  }
}

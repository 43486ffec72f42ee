/** The view in the host's address: `#paramviz&p.paramviz.<key>=<value>`. What others put there stays. */

export type UrlState = ReadonlyMap<string, string>;

const PREFIX = "p.paramviz.";
const TAB = "paramviz";
/** Signs that part nothing in an address and are read more easily as they are. */
const PLAIN = /%(2C|2F|3A|3B|40)/g;

/** Values under our prefix in their order; those that can't be decoded are left out. */
export function parseHash(hash: string): Map<string, string> {
  const state = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const equals = part.indexOf("=");
    if (equals < 0 || !part.startsWith(PREFIX)) continue;
    try {
      state.set(part.slice(PREFIX.length, equals), decodeURIComponent(part.slice(equals + 1)));
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
  const ours = [...state].map(([key, value]) => `${PREFIX}${key}=${encoded(value)}`);
  return `#${[...kept, ...ours].join("&")}`;
}

/** Half of a surrogate pair can't stand in an address. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function encoded(value: string): string {
  return encodeURIComponent(value.replace(HALVES, "\ufffd")).replace(PLAIN, decodeURIComponent);
}

/** At the start; empty where the host's address can't be read. */
export function readUrl(): Map<string, string> {
  try {
    return parseHash(window.parent.location.hash);
  } catch {
    return new Map();
  }
}

/** A link that is opened in the tab which is open already. What `writeUrl` does is not told. */
export function onUrl(tell: () => void, signal: AbortSignal): void {
  try {
    window.parent.addEventListener("hashchange", tell, { signal });
  } catch {
    // another origin: its address can't be followed
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

/** The address that shows what is on screen, for the clipboard. */
export function linkTo(state: UrlState): string {
  try {
    const { href, hash } = window.parent.location;
    const base = href.slice(0, href.length - hash.length).replace(/#$/, "");
    return base + (withState(hash, state) ?? withState(`#${TAB}`, state));
  } catch {
    return window.location.href;
  }
}

/** Where the keyboard goes when a list of findings gives way to one of them, and back. */

/** Row of the finding that was looked at last. */
let left: string | null = null;

const unused = () => document.activeElement === null || document.activeElement === document.body;

/** The one that was chosen from has gone: its title has the focus now. */
export function arriveAt(key: string, title: HTMLElement | null): void {
  left = key;
  if (unused()) title?.focus({ preventScroll: true });
}

/** The row that led there has the focus again. */
export function returnTo(key: string, row: HTMLElement | null): void {
  if (left !== key || row === null) return;
  left = null;
  if (unused()) row.focus();
}

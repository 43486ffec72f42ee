/** Whether keys reach our frame: the host's page has them until someone clicks into the frame. */

const FIELDS = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox]";

/** Takes the keys when nobody in the host's page is using them: never from a field, nor from what was reached by Tab. */
export function takeFocus(): void {
  try {
    const host = window.parent;
    if (host === window) return;
    const active = host.document.activeElement;
    const unused = active === null || active === host.document.body;
    if (unused || !(active.matches(FIELDS) || active.matches(":focus-visible"))) window.focus();
  } catch {
    // another origin: the person clicks first
  }
}

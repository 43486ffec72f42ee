/** A window over the page: the browser's own dialog, which keeps the focus inside and gives it back. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./controls";

interface DialogProps {
  open: boolean;
  title: string;
  class: string;
  /** The page beside it stays in use. */
  beside?: boolean;
  /** A click outside doesn't close it: there is something to lose. */
  steady?: boolean;
  onClose(): void;
  children: ComponentChildren;
}

export function Dialog({ open, title, class: name, beside = false, steady = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element || !open) return;
    const before = document.activeElement;
    if (beside) element.show();
    else element.showModal();
    return () => {
      const inside = element.contains(document.activeElement) || document.activeElement === document.body;
      element.close();
      if (inside && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open, beside]);
  return (
    <dialog
      ref={dialog}
      class={`window ${name}`}
      aria-labelledby={id}
      closedby={beside ? "none" : steady ? "closerequest" : "any"}
      onCancel={onClose}
      onClose={() => {
        if (open) onClose();
      }}
    >
      {open && (
        <div class="window-body">
          <header>
            <h2 id={id}>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

/** Puts a line on the clipboard and says so. */

import { useState } from "preact/hooks";

export function CopyButton({ text }: { text: string }) {
  const [said, setSaid] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Plain http to another machine has no clipboard.
      setSaid("Select and copy it by hand");
    }
    window.setTimeout(() => setSaid("Copy"), 2000);
  };
  return (
    <button type="button" class="link" aria-live="polite" onClick={() => void copy()}>
      {said}
    </button>
  );
}

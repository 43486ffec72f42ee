/** The finding as Markdown, on the clipboard. */

import { useState } from "preact/hooks";
import { findingMarkdown } from "../findings/markdown";
import { shortRunName } from "../store/compare";
import { sideName } from "../store/side";
import { currentLink } from "../store/start";
import type { Finding } from "../wire.gen";
import { copyText } from "./copy_text";

const SAID_MS = 2000;

export function FindingCopy({ of }: { of: Finding }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const text = findingMarkdown(of, shortRunName(sideName.value), currentLink());
    setSaid((await copyText(text)) ? "Copied" : "The browser does not let us copy. Select the text by hand");
    window.setTimeout(() => setSaid(""), SAID_MS);
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void copy()}>
        Copy as Markdown
      </button>
      <span role="status" class="hint">
        {said}
      </span>
    </>
  );
}

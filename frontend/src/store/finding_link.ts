/** What a link carries of the finding that is open. */

import { keyFrom, keyText } from "../findings/keys";
import { awaitFinding, findingWanted } from "./finding_shown";
import type { LinkPart } from "./link";

const MOST_TEXT = 600;

export const findingPart = (): LinkPart => ({
  key: "finding",
  read: () => (findingWanted.value === null ? undefined : keyText(findingWanted.value)),
  write: (text) => awaitFinding(keyFrom(text.slice(0, MOST_TEXT))),
  clear: () => awaitFinding(null),
});

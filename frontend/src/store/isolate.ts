/** What can be shown alone just now. */

import { sizeOf, type Tokens } from "../words/token_sets";
import { chosenTokens, tokensOnScreen } from "./chosen";
import { hits } from "./search";
import { details, selected } from "./selection";

/** What the button and its key would show alone: what is chosen, else what was found, else the selected row with its neighbours. */
export function isolationAtHand(): Tokens | null {
  if (sizeOf(chosenTokens.value) > 0) return chosenTokens.value;
  if (hits.value.length > 0) return tokensOnScreen(hits.value);
  const row = selected.value;
  const near = row === null ? undefined : details.value.get(row)?.neighbours;
  return row !== null && near ? tokensOnScreen([row, ...near.map((one) => one.row)]) : null;
}

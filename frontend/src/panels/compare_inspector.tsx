/** What the inspector tells while two runs are on screen: of both, in place of the one. */

import { comparing } from "../store/compare";
import { CompareFacts } from "./compare_facts";
import { CompareToken } from "./compare_token";
import { RunSummary } from "./run_summary";
import { TokenDetails } from "./token_details";

export function RunOrComparison() {
  return comparing.value ? <CompareFacts /> : <RunSummary />;
}

export function TokenOrBoth({ row }: { row: number }) {
  return comparing.value ? <CompareToken row={row} /> : <TokenDetails row={row} />;
}

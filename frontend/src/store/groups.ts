/** What is chosen besides the one selected row, and the groups that were named. */

import { computed } from "@preact/signals";
import type { Mark } from "../scene/types";

/** What the scene rings. */
export const marks = computed<readonly Mark[]>(() => []);

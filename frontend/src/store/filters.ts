/** Which rows are drawn at all. */

import { computed } from "@preact/signals";
import { cloud } from "./timeline";

/** 1 = drawn, [R]. */
export const visible = computed<Uint8Array>(() => new Uint8Array(cloud.value?.set.rows ?? 0).fill(1));

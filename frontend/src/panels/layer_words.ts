/** What a layer is, in a few words: "MLP, up, block 3". */

import { roleWords as wordsOf } from "../store/role_words";
import type { Layer } from "../wire.gen";

export const roleWords = ({ role, block }: Pick<Layer, "role" | "block">): string =>
  `${wordsOf(role, block).name}${block === null ? "" : `, block ${block}`}`;

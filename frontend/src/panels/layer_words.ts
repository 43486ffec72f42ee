/** What a layer is, in a few words: "MLP, up, block 3". */

import { roleName } from "../store/role_words";
import type { Layer } from "../wire.gen";

export const roleWords = ({ role, block }: Pick<Layer, "role" | "block">): string =>
  `${roleName(role)}${block === null ? "" : `, block ${block}`}`;

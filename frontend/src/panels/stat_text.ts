/** How the values of statistics are written. */

import { integer, number, percent } from "../format";
import { type StatUnit, statName } from "../store/stat_names";

const WRITTEN: Readonly<Record<StatUnit, (value: number) => string>> = {
  norm: number,
  value: number,
  ratio: number,
  rank: number,
  share: percent,
  count: integer,
};

export const statText = (stat: string, value: number) => WRITTEN[statName(stat).unit](value);

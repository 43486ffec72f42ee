/** The rows on screen as a table: what the picture shows, for those who can't see it and for exact reading. */

import { useState } from "preact/hooks";
import { integer, number } from "../format";
import { sortedRows } from "../rows/row_table";
import { shownColorBy } from "../store/appearance";
import { visible } from "../store/filters";
import { clusters, namesOfClusters } from "../store/load_clusters";
import { MEASURES } from "../store/measures";
import { pictureName, rowNoun } from "../store/runs";
import { select, selected } from "../store/selection";
import { openTable, tableOpen } from "../store/settings";
import { cloud, step } from "../store/timeline";
import { Dialog } from "./dialog";
import { nameOf } from "./token_name";

const MOST = 50;

interface Column {
  readonly key: string;
  readonly name: string;
  /** It holds words, not numbers. */
  readonly words?: boolean;
  /** Largest first when it is chosen. */
  readonly descending: boolean;
  value(row: number): number | string;
  text(row: number): string;
}

export function ShownTable() {
  return (
    <Dialog open={tableOpen.value} title="Table of what is shown" class="table" onClose={() => openTable(false)}>
      <Rows />
    </Dialog>
  );
}

function Rows() {
  const columns = columnsNow();
  const [order, setOrder] = useState<{ key: string; descending: boolean } | null>(null);
  const by = order ? columns.find((one) => one.key === order.key) : undefined;
  const column = by ?? (columns.find((one) => one.key === shownColorBy.value) as Column);
  const descending = by && order ? order.descending : column.descending;
  const { rows, all } = sortedRows(visible.value, column.value, descending, MOST);
  const choose = (one: Column) =>
    setOrder({ key: one.key, descending: one.key === column.key ? !descending : one.descending });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-rows" aria-label="Rows" tabIndex={0}>
      <table>
        <caption>
          {pictureName.value} at step {integer(step.value)}: {rows.length < all && "the first "}
          {integer(rows.length)} of {integer(all)} shown, by {column.name.toLowerCase()},{" "}
          {orderName(column.words, descending)}
        </caption>
        <thead>
          <tr>
            {columns.map((one) => (
              <th
                key={one.key}
                scope="col"
                aria-sort={one.key === column.key ? (descending ? "descending" : "ascending") : "none"}
              >
                <button type="button" onClick={() => choose(one)}>
                  {one.name}
                  <span aria-hidden="true">{one.key === column.key ? (descending ? " ↓" : " ↑") : ""}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row} class={row === selected.value ? "chosen" : ""}>
              {columns.map((one, i) =>
                i === 0 ? (
                  <th key={one.key} scope="row">
                    <button
                      type="button"
                      class="link mono"
                      aria-label={`Select ${nameOf(row).title}`}
                      onClick={() => {
                        openTable(false);
                        select(row);
                      }}
                    >
                      {one.text(row)}
                    </button>
                  </th>
                ) : (
                  <td key={one.key}>{one.text(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function orderName(words: boolean | undefined, descending: boolean): string {
  if (words) return descending ? "from Z to A" : "from A to Z";
  return descending ? "largest first" : "smallest first";
}

/** Those that this cloud has something for. */
function columnsNow(): readonly Column[] {
  const now = cloud.value;
  const noun = rowNoun.value;
  const columns: Column[] = [
    {
      key: "name",
      words: true,
      name: `${(noun[0] ?? "").toUpperCase()}${noun.slice(1)}`,
      descending: false,
      value: (row) => now?.words.display[row] ?? "",
      text: (row) => nameOf(row).text || String(now?.ids[row] ?? row),
    },
    { key: "id", name: "Id", descending: false, value: idOf, text: (row) => String(idOf(row)) },
    {
      key: "class",
      words: true,
      name: "Class",
      descending: false,
      value: (row) => nameOf(row).className ?? "",
      text: (row) => nameOf(row).className ?? "–",
    },
  ];
  const found = shownColorBy.value === "cluster" ? clusters.value?.clusters : undefined;
  if (found) {
    columns.push({
      key: "cluster",
      name: "Cluster",
      descending: false,
      value: (row) => ((found.of[row] ?? -1) < 0 ? Number.NaN : (found.of[row] as number)),
      text: (row) => namesOfClusters.value[found.of[row] ?? -1] ?? "–",
    });
  }
  columns.push(
    measured("norm", "Norm", number),
    measured("gradient", "Gradient norm", number),
    measured("displacement", "Moved", number),
  );
  if (now?.counts) columns.push(measured("count", "Count", integer));
  return columns;
}

const idOf = (row: number) => cloud.value?.ids[row] ?? row;

function measured(key: keyof typeof MEASURES, name: string, written: (value: number) => string): Column {
  const values = MEASURES[key].values.value;
  const value = (row: number) => values?.[row] ?? Number.NaN;
  return { key, name, descending: true, value, text: (row) => written(value(row)) };
}

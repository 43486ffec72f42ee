/** The cloud as it is drawn, as a PLY file (binary, little-endian): for MeshLab, Blender, Open3D. Pure. */

import { type Column, knownColumns, type Table } from "./table";

/** Header lines are ASCII: what isn't, and what would end the line, is written as \uXXXX. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** One vertex for each row that is drawn: float x y z in data units, uchar red green blue, int id, and what is known of the row. */
export function plyOf(table: Table): ArrayBuffer {
  const columns = knownColumns(table).map((column) => ({ ...column, kind: kindOf(column, table) }));
  const header = new TextEncoder().encode(
    [
      "ply",
      "format binary_little_endian 1.0",
      `comment run ${ascii(table.run)}`,
      ...[...new Set(table.rows.map((row) => table.embeddings[row] ?? ""))].map(
        (path) => `comment embedding ${ascii(path)}`,
      ),
      `comment step ${table.step}`,
      `comment numbers of step ${table.numbersStep}`,
      `element vertex ${table.rows.length}`,
      ...["x", "y", "z"].map((name) => `property float ${name}`),
      ...["red", "green", "blue"].map((name) => `property uchar ${name}`),
      "property int id",
      ...columns.map(({ name, kind }) => `property ${kind} ${name}`),
      "end_header",
      "",
    ].join("\n"),
  );
  const stride = 12 + 3 + 4 + columns.reduce((sum, { kind }) => sum + (kind === "double" ? 8 : 4), 0);
  const file = new ArrayBuffer(header.length + stride * table.rows.length);
  new Uint8Array(file).set(header);
  const data = new DataView(file, header.length);
  let at = 0;
  const float = (value: number) => {
    data.setFloat32(at, value, true);
    at += 4;
  };
  const int = (value: number) => {
    data.setInt32(at, value, true);
    at += 4;
  };
  for (const row of table.rows) {
    for (let k = 0; k < 3; k++) float(table.positions[row * 3 + k] as number);
    for (let k = 0; k < 3; k++) data.setUint8(at++, table.colors[row * 3 + k] as number);
    int(table.ids[row] as number);
    for (const { values, kind } of columns) {
      const value = values[row] ?? Number.NaN;
      if (kind === "float") float(value);
      // A whole number has no NaN: -1 = not known, of a cluster and of a count.
      else if (kind === "int") int(Number.isFinite(value) ? Math.round(value) : -1);
      else {
        data.setFloat64(at, value, true);
        at += 8;
      }
    }
  }
  return file;
}

/** Counts of a large text go beyond what an int holds. */
function kindOf({ values, whole }: Column, { rows }: Table): "float" | "int" | "double" {
  if (!whole) return "float";
  return rows.some((row) => Math.abs(values[row] ?? 0) > 0x7fffffff) ? "double" : "int";
}

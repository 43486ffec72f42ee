import { describe, expect, it } from "vitest";
import { csvOf, numberField, shownLabel, textField } from "../../src/takeaway/csv";
import { someTable } from "./tables";

/** RFC 4180 read letter by letter, as it is written down there. */
function read(text: string): string[][] {
  const records: string[][] = [[]];
  let [field, quoted] = ["", false];
  const end = () => records.at(-1)?.push(field);
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] as string;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ",") {
      end();
      field = "";
    } else if (sign === "\r" && text[i + 1] === "\n") {
      end();
      field = "";
      i++;
      if (i + 1 < text.length) records.push([]);
    } else field += sign;
  }
  return records;
}

describe("the table of what is shown", () => {
  const table = someTable();
  const [header, ...lines] = read(csvOf(table));
  const column = (name: string) => lines.map((line) => line[header?.indexOf(name) ?? -1]);

  it("has a line for each drawn row and no column of which nothing is known", () => {
    expect(header).toEqual(
      "id token token_json class group x y z norm count cluster embedding step numbers_step".split(" "),
    );
    expect(column("id")).toEqual(table.rows.map((row) => String(row * 10)));
    expect(lines.every((line) => line.length === header?.length)).toBe(true);
  });

  it("has labels as they are shown, whole, and exactly as JSON", () => {
    expect(column("token")).toEqual(["a", "'=1+1", 'say␣"hi",␣you', "↵⇥\\x01", "␣the", "", "👍é"]);
    const raw = column("token_json").map((text) => (text ? JSON.parse(text) : null));
    expect(raw).toEqual(table.rows.map((row) => table.labels[row]));
  });

  it("gives numbers that come back to the same float32, and nothing where nothing is known", () => {
    for (const [line, row] of table.rows.entries()) {
      for (const [k, name] of ["x", "y", "z"].entries()) {
        expect(Math.fround(Number(column(name)[line]))).toBe(table.positions[row * 3 + k]);
      }
    }
    expect(column("norm")[1]).toBe("");
    expect(column("count")).toEqual(["3", "10000000000", "0", "", "5", "6", "8"]);
    expect(new Set(column("step"))).toEqual(new Set(["12.5"]));
  });

  it("leaves no field that a spreadsheet would run", () => {
    const numbers = /^-?[\d.]+(e-?\d+)?$/;
    const fields = lines.flat();
    expect(fields.filter((field) => /^[=+\-@\t\r]/.test(field) && !numbers.test(field))).toEqual([]);
    expect(textField("-")).toBe(`"'-"`);
    expect(textField("@home")).toBe(`"'@home"`);
  });

  it("cuts no label", () => {
    const long = "x".repeat(40);
    expect(shownLabel(long)).toBe(long);
  });

  it("writes numbers short", () => {
    expect(numberField(Math.fround(0.1), false)).toBe("0.1");
    expect(numberField(Math.fround(1e-7), false)).toBe("1e-7");
    expect(numberField(Number.POSITIVE_INFINITY, false)).toBe("inf");
  });
});

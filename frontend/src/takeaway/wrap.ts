/** Sentences broken into lines. Pure. */

export type Measure = (text: string, font: string) => number;

/** Cut from the right until it fits. */
export function fitted(text: string, font: string, room: number, measure: Measure): string {
  if (measure(text, font) <= room) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}…`, font) <= room) low = middle;
    else high = middle;
  }
  return `${letters.slice(0, low).join("")}…`;
}

/** Lines of at most `room` px, broken between words; a word that is longer than a line is broken itself. What is left after `most` lines is
 *  cut, and says so by "…". */
export function wrapped(text: string, font: string, room: number, measure: Measure, most = Infinity): string[] {
  const lines: string[] = [];
  let line = "";
  let rest = text.split(/\s+/).filter((word) => word !== "");
  while (rest.length > 0) {
    const word = rest[0] as string;
    const longer = line === "" ? word : `${line} ${word}`;
    if (measure(longer, font) <= room) {
      line = longer;
      rest = rest.slice(1);
      continue;
    }
    if (lines.length === most - 1) {
      lines.push(fitted([line, ...rest].filter((one) => one !== "").join(" "), font, room, measure));
      return lines;
    }
    if (line === "") {
      const [head, tail] = broken(word, font, room, measure);
      lines.push(head);
      rest = [tail, ...rest.slice(1)].filter((one) => one !== "");
    } else {
      lines.push(line);
      line = "";
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** As much of a word as fits, one letter at least, and what is left. */
function broken(word: string, font: string, room: number, measure: Measure): [string, string] {
  const letters = [...word];
  let count = 1;
  while (count < letters.length && measure(letters.slice(0, count + 1).join(""), font) <= room) count += 1;
  return [letters.slice(0, count).join(""), letters.slice(count).join("")];
}

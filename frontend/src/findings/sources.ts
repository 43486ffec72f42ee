/** A source as words and links: what is on arXiv can be opened, the rest is told. Pure. */

export interface SourcePart {
  readonly text: string;
  /** null = words only. */
  readonly href: string | null;
}

const ARXIV = /arXiv:?\s*(\d{4}\.\d{4,5})(?:v\d+)?/g;

export function partsOf(source: string): SourcePart[] {
  const parts: SourcePart[] = [];
  let from = 0;
  for (const found of source.matchAll(ARXIV)) {
    if (found.index > from) parts.push({ text: source.slice(from, found.index), href: null });
    parts.push({ text: found[0], href: `https://arxiv.org/abs/${found[1]}` });
    from = found.index + found[0].length;
  }
  if (from < source.length) parts.push({ text: source.slice(from), href: null });
  return parts;
}

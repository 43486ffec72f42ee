/** One token in both runs: its numbers, its length through both, and whom it stands next to in each. */

import { integer, number } from "../format";
import { otherCloud, pairColors, rowOfFirst, rowOfOther } from "../store/compare";
import { otherDetails, otherHistory } from "../store/compare_rows";
import { details, histories, type RowDetails, select } from "../store/selection";
import { theme } from "../store/settings";
import { step } from "../store/timeline";
import { classColor, classTextColor } from "../words/tokens";
import { RunHead } from "./compare_facts";
import { PairSpark } from "./pair_spark";
import { nameOf } from "./token_name";

const SHOWN = 6;

export function CompareToken({ row }: { row: number }) {
  const name = nameOf(row);
  const there = rowOfOther(row);
  const [a, b] = [details.value.get(row) ?? null, otherDetails(row)];
  if (there === null) return <p class="section hint">{name.title} is not in run B.</p>;
  return (
    <>
      <div class="section">
        <table class="facts-table">
          <caption class="hidden-text">{name.title} in both runs</caption>
          <thead>
            <tr>
              <td />
              <RunHead which={0} letter="A" name="" />
              <RunHead which={1} letter="B" name="" />
            </tr>
          </thead>
          <tbody>
            <Figure name="Vector norm" a={a?.norm} b={b?.norm} />
            <Figure name="Gradient norm" a={a?.gradNorm} b={b?.gradNorm} />
            <Figure name="Update norm" a={a?.updateNorm} b={b?.updateNorm} />
            <Figure name="Rank by norm" a={a?.rank} b={b?.rank} written={integer} />
          </tbody>
        </table>
      </div>
      <NormChart row={row} title={`Norm of ${name.text === "" ? name.id : `“${name.text}”`}`} a={a} b={b} />
      <section class="section">
        <h3>
          Nearest to “{name.text}” at step {integer(step.value)}, cosine
        </h3>
        <div class="neighbours pair">
          <List letter="A" which={0} of={a} />
          <List letter="B" which={1} of={b} there />
        </div>
      </section>
    </>
  );
}

interface FigureProps {
  name: string;
  a: number | undefined;
  b: number | undefined;
  written?: (value: number | undefined) => string;
}

function Figure({ name, a, b, written = number }: FigureProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{written(a)}</td>
      <td>{written(b)}</td>
    </tr>
  );
}

function NormChart({ row, title, a, b }: { row: number; title: string; a: RowDetails | null; b: RowDetails | null }) {
  const [one, two] = [histories.value.get(row), otherHistory.value];
  if (!one || !two) return null;
  return (
    <section class="section">
      <PairSpark
        title={title}
        reading={`${number(a?.norm)} / ${number(b?.norm)}`}
        a={{ steps: one.steps, values: one.norms, color: pairColors.value[0] }}
        b={{ steps: two.steps, values: two.norms, color: pairColors.value[1] }}
      />
    </section>
  );
}

function List({
  letter,
  which,
  of,
  there = false,
}: {
  letter: string;
  which: 0 | 1;
  of: RowDetails | null;
  there?: boolean;
}) {
  return (
    <div>
      <div class="neighbours-head">
        <span class="dot" style={{ background: pairColors.value[which] }} /> {letter}
      </div>
      {(of?.neighbours ?? []).slice(0, SHOWN).map((near) => (
        <Near key={near.row} row={near.row} similarity={near.similarity} there={there} />
      ))}
      {!of && <div class="neighbour waiting">–</div>}
      {of?.neighbours.length === 0 && <div class="neighbour waiting">none, not finite</div>}
    </div>
  );
}

/** there: the row is numbered as B numbers it; what only B has can't be chosen here. */
function Near({ row, similarity, there }: { row: number; similarity: number; there: boolean }) {
  const here = there ? rowOfFirst(row) : row;
  const look = here === null ? lookThere(row) : nameOf(here);
  return (
    <button
      type="button"
      class="neighbour"
      disabled={here === null}
      title={here === null ? `${look.title} is in B only` : `${look.title}, cosine ${number(similarity)}`}
      onClick={() => select(here)}
    >
      <span class="mono" style={{ color: look.ink }}>
        {look.text}
      </span>
      <span class="bar">
        <i style={{ width: `${Math.max(0, Math.min(1, similarity)) * 100}%`, background: look.fill }} />
      </span>
      <span class="figure">{similarity.toFixed(2)}</span>
    </button>
  );
}

function lookThere(row: number) {
  const words = otherCloud.value?.words;
  const one = words?.classes[words.classOf[row] as number] ?? { name: "", short: "", color: 1 };
  const text = words?.display[row] ?? String(row);
  return { text, title: `“${text}”`, fill: classColor(one, theme.value), ink: classTextColor(one, theme.value) };
}

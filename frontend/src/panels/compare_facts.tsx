/** What differs between the two runs, as a table: figures at the cursor, best and last ones, model, optimizer, recording. */

import { type Fact, type FactGroup, fact, modelFacts } from "../comparing/facts";
import { comparisonMarkdown } from "../comparing/markdown";
import { integer, number, plural } from "../format";
import { otherModel, otherName, otherStep, pairColors, shortRunName } from "../store/compare";
import { otherCurves } from "../store/compare_curves";
import { meanNorms } from "../store/compare_rows";
import { type Curve, train, validation, valueAt } from "../store/curves";
import { model, rowNoun, runName } from "../store/runs";
import { step } from "../store/timeline";
import { bandA, bandB } from "../store/verdict";
import { CopyButton } from "./copy_button";
import { Explain } from "./explain";
import { RunFindings } from "./findings";

export function CompareFacts() {
  const groups = factGroups();
  const other = groups.map((group) => ({ ...group, facts: group.facts.filter((one) => !one.same) }));
  const equal = groups.flatMap((group) => group.facts.filter((one) => one.same));
  const [a, b] = [shortRunName(runName.value), shortRunName(otherName.value)];
  return (
    <>
      <header class="section compare-head">
        <h2>
          A against B
          <Explain of={["view:compare", "view:difference", "control:compare"]} label="two runs together" />
        </h2>
        <p>
          Step {integer(step.value)}
          {otherStep.value !== null && otherStep.value !== step.value && `, B at ${integer(otherStep.value)}`}
        </p>
      </header>
      <div class="section">
        <table class="facts-table">
          <caption class="hidden-text">
            What differs between {a} and {b}
          </caption>
          <thead>
            <tr>
              <td />
              <RunHead which={0} letter="A" name={a} />
              <RunHead which={1} letter="B" name={b} />
            </tr>
          </thead>
          {other.map((group) => (
            <Rows key={group.title} group={group} />
          ))}
        </table>
        {equal.length > 0 && (
          <details class="equal-facts">
            <summary>{plural(equal.length, "fact")} the same in both</summary>
            <dl class="facts">
              {equal.map(({ name, a: value }, i) => (
                <div key={`${name}${i}`}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
        <p class="copy-facts">
          As Markdown <CopyButton text={comparisonMarkdown(`A ${a}`, `B ${b}`, groups)} />
        </p>
      </div>
      <RunFindings />
    </>
  );
}

export function RunHead({ which, letter, name }: { which: 0 | 1; letter: string; name: string }) {
  return (
    <th scope="col" title={name}>
      <span class="dot" style={{ background: pairColors.value[which] }} /> {letter}
      <span class="hidden-text">, {name}</span>
    </th>
  );
}

function Rows({ group }: { group: FactGroup }) {
  if (group.facts.length === 0) return null;
  return (
    <tbody>
      {group.title !== "" && (
        <tr>
          <th scope="rowgroup" colSpan={3}>
            {group.title}
          </th>
        </tr>
      )}
      {group.facts.map(({ name, a, b }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{a}</td>
          <td>{b}</td>
        </tr>
      ))}
    </tbody>
  );
}

function factGroups(): FactGroup[] {
  const [a, b] = [model.value, otherModel.value];
  const figures: FactGroup = { title: "", facts: figureFacts() };
  return a && b ? [figures, ...modelFacts(a, b)] : [figures];
}

/** Figures are always told, also where they happen to be equal. */
function figureFacts(): Fact[] {
  const at = step.value;
  const [one, two] = [
    { loss: train.value, held: validation.value },
    { loss: otherCurves.value?.train ?? null, held: otherCurves.value?.validation ?? null },
  ];
  const [normA, normB] = meanNorms.value;
  const rows: [string, number | null, number | null][] = [
    ["Train loss", valueAt(one.loss, at), valueAt(two.loss, at)],
    ["Validation loss", valueAt(one.held, at), valueAt(two.held, at)],
    [`Mean ${rowNoun.value} norm`, normA, normB],
    ["Best train loss", least(one.loss), least(two.loss)],
    ["Best validation loss", least(one.held), least(two.held)],
    ["Last train loss", one.loss?.values.at(-1) ?? null, two.loss?.values.at(-1) ?? null],
    ["Last loss at step", one.loss?.steps.at(-1) ?? null, two.loss?.steps.at(-1) ?? null],
  ];
  return rows
    .flatMap(([name, a, b]) => {
      if (a === null && b === null) return [];
      const written = name === "Last loss at step" ? integer : number;
      return { ...fact(name, written(a), written(b)), same: false };
    })
    .concat(bandFacts());
}

/** As the verdicts have it. */
function bandFacts(): Fact[] {
  const [a, b] = [bandA.value, bandB.value];
  if (!a && !b) return [];
  const said = (of: typeof a) => (of ? `${integer(of.inside)} of ${integer(of.measured)}` : "–");
  return [{ ...fact("Layers in band", said(a), said(b)), same: false }];
}

/** Of what is finite; of a thinned curve too, since thinning keeps extremes. */
function least(curve: Curve | null): number | null {
  let found = Infinity;
  for (const value of curve?.values ?? []) if (value < found) found = value;
  return Number.isFinite(found) ? found : null;
}

/** What an explanation says: two sentences, the healthy range with the value at the cursor, the source. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { type Explanation, type Filling, filled } from "../explain/content";
import { explanation } from "../store/explanations";
import type { ExplainProps, Here } from "./explain";
import { Icon } from "./icons";

interface CardBodyProps extends Omit<ExplainProps, "of"> {
  readonly keys: readonly string[];
  onClose(): void;
  onMore(key: string): void;
  /** After each change of what it says: its size may be another one. */
  onDrawn(): void;
}

export function CardBody({ keys, here, filling, onClose, onMore, onDrawn }: CardBodyProps) {
  const all = keys.map(explanation).filter((one) => one != null);
  // What is outside of its range is what is asked about.
  const [chosen, choose] = useState(
    () => all.find(({ key }) => ["above", "below"].includes(here?.(key)?.stands ?? ""))?.key ?? all[0]?.key,
  );
  useLayoutEffect(onDrawn);
  const one = all.find(({ key }) => key === chosen);
  if (!one) return null;
  return (
    <div role="dialog" aria-label={one.name} tabIndex={-1} class="explanation-body">
      <div class="explanation-head">
        <h3>{one.name}</h3>
        <button type="button" class="icon-button small" aria-label="Close" onClick={onClose}>
          <Icon name="close" size={16} />
        </button>
      </div>
      {all.length > 1 && (
        <div class="explanation-names">
          {all.map(({ key, name }) => (
            <button key={key} type="button" class="name-chip" aria-pressed={key === chosen} onClick={() => choose(key)}>
              {name}
            </button>
          ))}
        </div>
      )}
      <Words of={one} here={here?.(one.key) ?? null} {...(filling ? { filling } : {})} />
      <button type="button" class="link" onClick={() => onMore(one.key)}>
        In the glossary
      </button>
    </div>
  );
}

interface WordsProps {
  of: Explanation;
  here?: Here | null;
  filling?: Filling;
}

export function Words({ of, here = null, filling }: WordsProps) {
  return (
    <>
      <p>
        <b>{filled(of.says[0], filling)}</b> {filled(of.says[1], filling)}
      </p>
      <dl class="explanation-facts">
        {!of.plain && (
          <Fact name="Healthy">
            {of.healthy ?? "no range"}
            {!of.healthy && of.why !== "" && <span class="quiet">. {of.why}</span>}
          </Fact>
        )}
        {here && <HereLine here={here} />}
        {of.healthy && of.why !== "" && (
          <Fact name="Why" quiet>
            {of.why}
          </Fact>
        )}
        {of.formula && (
          <Fact name={of.formulaName} mono>
            {of.formula}
          </Fact>
        )}
        {of.people && <Fact name="People">{of.people}</Fact>}
        <Fact name="Source" quiet>
          {of.source}
        </Fact>
      </dl>
    </>
  );
}

interface FactProps {
  name: string;
  quiet?: boolean;
  mono?: boolean;
  children: ComponentChildren;
}

function Fact({ name, quiet, mono, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={quiet ? "quiet" : mono ? "mono" : undefined}>{children}</dd>
    </div>
  );
}

/** "Here 2.1e-3: inside", never by colour alone. */
function HereLine({ here }: { here: Here }) {
  const { stands } = here;
  return (
    <div>
      <dt>{here.of ?? "Here"}</dt>
      <dd class={stands === null ? "here" : stands === "inside" ? "here inside" : "here outside"}>
        <b>{here.value}</b>
        {stands !== null && `: ${stands}`}
        {here.range && <span class="quiet">, from {here.range}</span>}
      </dd>
    </div>
  );
}

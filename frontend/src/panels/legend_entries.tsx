/** Classes and clusters in the legend: dot, name, how many, and a button that chooses what is drawn. */

import { computed } from "@preact/signals";
import { CLUSTER_COLOR_COUNT, clusterColor, UNKNOWN_COLOR } from "../colors/color";
import { integer, plural } from "../format";
import { uncolored } from "../store/appearance";
import { tokensOnScreen } from "../store/chosen";
import { classRows, clickClass, endIsolation, isolate, isolated } from "../store/filters";
import { clusters, namesOfClusters } from "../store/load_clusters";
import { theme } from "../store/settings";
import { step } from "../store/timeline";
import { NONE, same, type Tokens } from "../words/token_sets";
import { classColor } from "../words/tokens";
import { Roving } from "./roving";

export function ClassEntries() {
  return (
    <Roving as="ul" along="row" class="entries" label="Classes">
      {classRows.value.map(({ tokenClass, rows, hidden }) => (
        <Entry
          key={tokenClass.name}
          color={classColor(tokenClass, theme.value)}
          name={tokenClass.name}
          short={tokenClass.short}
          rows={rows}
          hidden={hidden}
          help="click hides or shows it, double click shows it alone"
          onClick={(event) => clickClass(tokenClass.name, event)}
        />
      ))}
    </Roving>
  );
}

interface EntryProps {
  color: string;
  name: string;
  short: string;
  rows: number;
  hidden: boolean;
  help: string;
  onClick(event: MouseEvent): void;
}

function Entry({ color, name, short, rows, hidden, help, onClick }: EntryProps) {
  const told = `${name} ${integer(rows)}`;
  return (
    <li>
      <button
        type="button"
        class={hidden ? "entry off" : "entry"}
        aria-pressed={!hidden}
        title={`${told}: ${help}`}
        onClick={onClick}
      >
        <i class="dot" style={hidden ? { borderColor: color } : { background: color, borderColor: color }} />
        <span class="long">{name}</span>
        <span class="short">{short}</span>
        <span class="figure">{integer(rows)}</span>
      </button>
    </li>
  );
}

/** The tokens of each cluster: made once, not at each step. */
const clusterTokens = computed<readonly Tokens[]>(() => {
  const known = clusters.value;
  if (!known) return [];
  const rows: number[][] = known.clusters.sizes.map(() => []);
  for (let row = 0; row < known.clusters.of.length; row++) rows[known.clusters.of[row] as number]?.push(row);
  return rows.map(tokensOnScreen);
});

export function ClusterEntries() {
  const known = clusters.value;
  if (!known) return <span class="color-scale figure">Clusters: reading</span>;
  const { sizes } = known.clusters;
  const alone = isolated.value;
  const at = alone ? clusterTokens.value.findIndex((one) => same(one, alone.tokens)) : -1;
  const lessColors = sizes.length - CLUSTER_COLOR_COUNT;
  return (
    <>
      <span class="wide-note">Clusters</span>
      <Roving
        as="ul"
        along="row"
        class="entries"
        label="Clusters"
        title={`Clusters of step ${integer(known.step)}, the same at every step`}
      >
        {sizes.slice(0, CLUSTER_COLOR_COUNT).map((size, cluster) => {
          const name = namesOfClusters.value[cluster] ?? "";
          const chosen = at === cluster;
          return (
            <Entry
              key={cluster}
              color={clusterColor(cluster, theme.value)}
              name={name}
              short={shortOf(name)}
              rows={size}
              hidden={at >= 0 && !chosen}
              help={chosen ? "click shows all again" : "click shows it alone"}
              onClick={() =>
                chosen ? endIsolation() : isolate(clusterTokens.value[cluster] ?? NONE, `cluster ${name}`)
              }
            />
          );
        })}
      </Roving>
      {lessColors > 0 && <Grey>{plural(lessColors, "smaller cluster")}</Grey>}
      {uncolored.value > 0 && <Grey>{integer(uncolored.value)} not finite</Grey>}
      {step.value !== null && step.value !== known.step && (
        <span class="figure wide-note">of step {integer(known.step)}</span>
      )}
    </>
  );
}

/** Its first label. */
function shortOf(name: string): string {
  const labels = name.split(" ");
  return labels.length > 1 ? `${labels[0]} …` : name;
}

/** What has no colour, and why. */
export function Grey({ children }: { children: preact.ComponentChildren }) {
  return (
    <span class="grey-note">
      <i class="dot" style={{ background: UNKNOWN_COLOR, borderColor: UNKNOWN_COLOR }} />
      {children}
    </span>
  );
}

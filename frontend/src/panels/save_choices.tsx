/** What can be taken away of a view: its picture, a video, the run as a file, and its data. */

import { useEffect } from "preact/hooks";
import type { FileQuery } from "../api";
import { comparing } from "../store/compare";
import { heatShown } from "../store/compare_heat";
import { wholeHeat } from "../store/heat_view";
import { layers } from "../store/layers";
import { runName } from "../store/runs";
import { saved } from "../store/saved";
import { sideLetter } from "../store/side";
import { type Cloud, cloud, loadedCount, total } from "../store/timeline";
import { openVideo } from "../store/video";
import type { View } from "../store/view";
import { SaveRow, type Way } from "./save_row";

/** Only now, as seldom anything is taken away. */
const maker = async () => {
  try {
    return await import("./take_away");
  } catch {
    throw new Error("TensorBoard did not send what makes files.");
  }
};
const savedAs = (name: string) => `Saved as ${name}`;
const WHOLE = [
  { what: "positions", name: "Positions" },
  { what: "embeddings", name: "Vectors" },
] as const;

/** shown: called once it is drawn. */
export function SaveChoices({ of, close, shown }: { of: View; close(): void; shown(): void }) {
  useEffect(shown, []);
  return (
    <>
      <h2>
        {comparing.value
          ? `What is on screen, of run ${of === "layers" ? sideLetter.value : "A"}`
          : "What is on screen"}
      </h2>
      <Pictures of={of} />
      <Video of={of} close={close} />
      <TheRun />
      <Data of={of} />
    </>
  );
}

const drawable = (of: View) =>
  of === "embeddings"
    ? cloud.value !== null && loadedCount.value > 0
    : of === "layers"
      ? layers.value.length > 0
      : wholeHeat.value !== null;

function Pictures({ of }: { of: View }) {
  if (of === "heat" && heatShown.value !== "a")
    return <SaveRow name="Picture" what="Of the map of A alone" ways={[]} />;
  if (!drawable(of)) return <SaveRow name="Picture" what="There is nothing to be seen yet" ways={[]} />;
  const way = (kind: "png" | "svg"): Way => ({
    form: kind.toUpperCase(),
    label: `Picture as ${kind.toUpperCase()}`,
    work: async () => savedAs(await (await maker()).takePicture(of, kind)),
  });
  return <SaveRow name="Picture" what="With phase and findings" ways={[way("png"), way("svg")]} />;
}

function Video({ of, close }: { of: View; close(): void }) {
  if (of === "heat")
    return <SaveRow name="Video" what="Of the other two views: this one has all steps in it" ways={[]} />;
  if (!drawable(of) || total.value < 2) return <SaveRow name="Video" what="Once there are two snapshots" ways={[]} />;
  const go = () => {
    close();
    openVideo(true);
  };
  return (
    <SaveRow name="Video" what="How it moves over the run" ways={[{ form: "Make …", label: "Make a video", go }]} />
  );
}

function TheRun() {
  const run = runName.value;
  if (run === null) return null;
  const file = (route: "share" | "report"): Way => ({
    form: route === "share" ? "HTML" : "Markdown",
    label: route === "share" ? "The run as one HTML file" : "Report as Markdown",
    work: async (tell) => savedAs(await (await maker()).takeFile({ route, run }, tell)),
  });
  const link: Way = {
    form: "Copy",
    label: "Copy the link to this view",
    work: async () => {
      await (await maker()).takeLink();
      return "The link to this view is in the clipboard";
    },
  };
  return (
    <>
      <h2>The run</h2>
      {!saved.value && <SaveRow name="One HTML file" what="Plays without a server" ways={[file("share")]} />}
      {saved.value?.hasReport !== false && (
        <SaveRow name="Report" what="Phases and findings in words" ways={[file("report")]} />
      )}
      <SaveRow name="Link" what="To exactly this view" ways={[link]} />
    </>
  );
}

function Data({ of }: { of: View }) {
  if (of === "layers" || !drawable(of) || (of === "heat" && heatShown.value !== "a")) return null;
  const data = (kind: "ply" | "csv", label: string): Way => ({
    form: kind.toUpperCase(),
    label: `${label} as ${kind.toUpperCase()}`,
    work: async (tell) => savedAs(await (await maker()).takeData(of, kind, tell)),
  });
  if (of === "heat")
    return (
      <>
        <h2>Data</h2>
        <SaveRow name="Table" what="A line for each cell" ways={[data("csv", "Table")]} />
      </>
    );
  const now = cloud.value;
  return (
    <>
      <h2>Data</h2>
      <SaveRow name="Table" what="The rows that are shown" ways={[data("csv", "Table")]} />
      <SaveRow name="Points" what="For Blender or MeshLab" ways={[data("ply", "Points")]} />
      {now?.parts.map(
        ({ embedding }) => saved.value === null && <WholeRun key={embedding.path} now={now} path={embedding.path} />,
      )}
    </>
  );
}

/** Files of every snapshot, which the server writes. */
function WholeRun({ now, path }: { now: Cloud; path: string }) {
  const several = now.parts.length > 1;
  return (
    <>
      {WHOLE.map(({ what, name }) => (
        <SaveRow
          key={what}
          name={name}
          what={several ? `Of the whole run, ${path}` : "Of the whole run"}
          ways={(["csv", "json", "npz"] as const).map((format): Way => {
            const query: FileQuery = { route: "export", run: now.run, embedding: path, what, format };
            return {
              form: format.toUpperCase(),
              label: `${name} of the whole run${several ? `, ${path},` : ""} as ${format.toUpperCase()}`,
              work: async (tell) => savedAs(await (await maker()).takeFile(query, tell)),
            };
          })}
        />
      ))}
    </>
  );
}

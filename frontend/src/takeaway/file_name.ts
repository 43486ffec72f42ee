/** What a file that is taken away is called. Pure. */

const LONGEST = 120;

/** run, embedding and step, in letters that every file system takes: "runs_a-transformer.wte-step-590.png". */
export function fileName(run: string, embedding: string, step: number | null, ending: string): string {
  const parts = [run, embedding, step === null ? "" : `step-${step}`];
  const name = parts
    .map((part) => part.replace(/[^\p{L}\p{N}._+-]+/gu, "_").replace(/^[._]+|[._]+$/g, ""))
    .filter((part) => part !== "")
    .join("-");
  const short = [...name].slice(0, LONGEST).join("");
  return `${short === "" ? "paramviz" : short}.${ending}`;
}

/** uPlot, loaded when the first chart is to be drawn. */

import { useEffect, useState } from "preact/hooks";
import type uPlot from "uplot";

type Plotter = typeof uPlot | "failed" | null;

let loaded: Plotter = null;
let loading: Promise<Plotter> | null = null;

function load(): Promise<Plotter> {
  loading ??= import("uplot").then(
    (module) => module.default,
    // A server of another version no longer has the file; the numbers beside stay.
    () => "failed",
  );
  return loading;
}

/** null = on its way. */
export function usePlotter(): Plotter {
  const [plotter, setPlotter] = useState<Plotter>(() => loaded);
  useEffect(() => {
    let wanted = true;
    void load().then((found) => {
      loaded = found;
      if (wanted) setPlotter(() => found);
    });
    return () => {
      wanted = false;
    };
  }, []);
  return plotter;
}

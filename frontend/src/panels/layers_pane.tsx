/** The layers view, and the same in words. */

import { LayersView } from "./layers_view";
import { LayersWords } from "./layers_words";

export function LayersPane() {
  return (
    <>
      <LayersView />
      <LayersWords />
    </>
  );
}

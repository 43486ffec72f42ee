/** The layers scene on screen, for its buttons, its keys and for pictures: they are here before the scene is. */

import type { ModelHandle } from "../scene/model/types";

let handle: ModelHandle | null = null;

/** null = the view isn't made, or is gone. */
export const modelScene = () => handle;

export function setModelScene(made: ModelHandle | null): void {
  handle = made;
}

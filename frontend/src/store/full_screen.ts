/** The page as large as the screen, where the browser allows it. */

import { signal } from "@preact/signals";

export const isFullScreen = signal(false);
/** The browser didn't do it when last asked. */
export const fullScreenRefused = signal(false);

export function forgetRefusal(): void {
  fullScreenRefused.value = false;
}

export async function toggleFullScreen(): Promise<void> {
  fullScreenRefused.value = false;
  try {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else if (document.fullscreenEnabled) await document.documentElement.requestFullscreen();
    else fullScreenRefused.value = true;
  } catch {
    fullScreenRefused.value = true;
  }
}

export function followFullScreen(signal: AbortSignal): void {
  const tell = () => {
    isFullScreen.value = document.fullscreenElement !== null;
  };
  document.addEventListener("fullscreenchange", tell, { signal });
}

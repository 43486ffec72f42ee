/** The size of an element on screen, as a signal: what is drawn on a canvas follows it. */

import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function useSize(element: RefObject<HTMLElement | null>): ReadonlySignal<Size> {
  const size = useSignal<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const measured = element.current;
    if (!measured) return;
    const observer = new ResizeObserver(() => {
      size.value = { width: measured.clientWidth, height: measured.clientHeight };
    });
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, size]);
  return size;
}

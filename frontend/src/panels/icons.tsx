/** The icons, drawn on a 20 × 20 grid with the text's colour. */

const PATHS = {
  chevron: "M5.5 8l4.5 4.5L14.5 8",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4",
  back: "M5 4v12M15.5 4.5v11L7.5 10z",
  forward: "M15 4v12M4.5 4.5v11l8-5.5z",
  play: "M6.5 4.2v11.6l9-5.8z",
  pause: "M7 4.5v11M13 4.5v11",
  loop: "M4 9V7.5A2.5 2.5 0 0 1 6.5 5H16M13.5 2.5L16 5l-2.5 2.5M16 11v1.5a2.5 2.5 0 0 1-2.5 2.5H4M6.5 17.500L4 15l2.5-2.500",
  orbit: "M10 2.8l6.2 3.600v7.200L10 17.200l-6.200-3.600V6.400zM10 10l6.200-3.600M10 10v7.200M10 10L3.800 6.400",
  flat: "M4 3v13h13M7.500 12.500h.01M10.500 8.500h.01M13.500 10.500h.01M14.500 5.500h.01",
  fit: "M3.500 7V3.500H7M13 3.500h3.500V7M16.500 13v3.500H13M7 16.500H3.500V13",
  full: "M11.500 3.500h5v5M16.500 3.500l-5.500 5.500M8.500 16.500h-5v-5M3.500 16.500L9 11",
  picture:
    "M3 6.500h3.200L7.500 4.500h5l1.300 2H17v9H3zM10 13.500a2.700 2.700 0 1 0 0-5.400 2.700 2.700 0 0 0 0 5.400z",
  pin: "M7 3.500h6M8 3.500l-.6 5L5.500 11h9l-1.900-2.500-.6-5M10 11v6",
  close: "M5 5l10 10M15 5L5 15",
  filters: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  up: "M5.500 12l4.500-4.500 4.500 4.500",
  copy: "M7 7h9.500v9.500H7zM4 13H3.500V3.500H13V4",
  help: "M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15zM7.800 7.800a2.200 2.200 0 1 1 3.300 1.900c-.7.4-1.100.8-1.100 1.600M10 13.900v.1",
  warn: "M10 3.200l7.300 13H2.700zM10 8v3.800M10 14v.1",
} as const;

const FILLED = new Set<IconName>(["play"]);

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill={FILLED.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={name === "pause" ? 2.6 : name === "flat" ? 1.8 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

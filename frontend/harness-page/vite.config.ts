// Development only: the page against a small made-up run. `npx vite --config harness-page/vite.config.ts`
import { defineConfig } from "vite";
import { fakeServer } from "./fake_server.ts";

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: "../node_modules/.vite-page",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [fakeServer()],
  server: { port: 5310, strictPort: true, fs: { allow: [".."] } },
});

import { defineConfig } from "vite";

/** Serves the scene alone with made-up data: `npx vite --config harness/vite.config.ts` from frontend/. No part of the build. */
export default defineConfig({
  root: "harness",
  server: { port: 5199, strictPort: true, fs: { allow: [".."] } },
});

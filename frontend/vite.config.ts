import { defineConfig } from "vite";

// The host imports index.js and calls its render(): the entry's export must survive, names stay flat, and every
// file is found relative to the entry, because the tab lives under an address this build doesn't know.
const NEEDED_AT_FIRST = /^(?!.*src.(scene.model|architecture|panels.charts|heat|takeaway).)/;

export default defineConfig(({ mode }) => ({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../tensorboard_plugin_paramviz/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    minify: mode !== "development",
    sourcemap: mode === "development",
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      input: "src/index.tsx",
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "index.js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name][extname]",
        // What several parts share is one file, not one for each set of parts that shares it.
        codeSplitting: { groups: [{ name: "shared", test: NEEDED_AT_FIRST, minShareCount: 2 }] },
      },
    },
  },
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: "[name]-[hash].js" } },
  },
  test: { include: ["test/**/*.test.ts"] },
}));

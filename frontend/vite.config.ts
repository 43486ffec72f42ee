import { defineConfig, type Plugin, type UserConfig } from "vite";

// The host imports index.js and calls its render(): the entry's export must survive, names stay flat, and every
// file is found relative to the entry, because the tab lives under an address this build doesn't know.
const NEEDED_AT_FIRST =
  /^(?!.*src.(scene.(model|recorder)|architecture|panels.(charts|model_canvas|pictures|take_away|video_stage)|store.shown_\w+|heat|takeaway|explain.explanations).)/;

/** The Mozilla Public License wants whoever gets it built to learn where its source is. */
const MEDIABUNNY =
  "/*! With Mediabunny, Copyright (c) Vanilagy and contributors, MPL-2.0: https://github.com/Vanilagy/mediabunny */";
const postBanner = ({ moduleIds }: { moduleIds: string[] }) =>
  moduleIds.some((id) => id.includes("/node_modules/mediabunny/")) ? MEDIABUNNY : "";

const IN_A_FILE: readonly (readonly [string, string])[] = [
  ["/src/live.ts", "/src/shared/still.ts"],
  ["/src/search/start_worker.ts", "/src/shared/start_worker.ts"],
];

/** What needs a server's address has another way in a page that is opened from a disk. */
const inAFile: Plugin = {
  name: "in-a-file",
  enforce: "pre",
  async resolveId(source, importer, options) {
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    const [own, other] = IN_A_FILE.find(([path]) => found?.id.endsWith(path)) ?? [];
    return found && own && other ? found.id.slice(0, -own.length) + other : found;
  },
};

/** The page of a run that is saved as one HTML file (`python -m tensorboard_plugin_paramviz share`): one classic script with
 * everything in it, beside the tab's own files. */
const savedPage: UserConfig = {
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [inAFile],
  build: {
    outDir: "../tensorboard_plugin_paramviz/static",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    chunkSizeWarningLimit: 4000,
    rollupOptions: {
      input: "src/shared/index.tsx",
      checks: { emptyImportMeta: false },
      output: { format: "iife", entryFileNames: "saved_page.js", codeSplitting: false, postBanner },
    },
  },
  worker: { format: "iife" },
};

export default defineConfig(({ mode }) =>
  mode === "saved"
    ? savedPage
    : {
        base: "./",
        oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
        build: {
          outDir: "../tensorboard_plugin_paramviz/static",
          emptyOutDir: true,
          target: "es2022",
          modulePreload: false,
          minify: mode !== "development",
          sourcemap: mode === "development",
          // What is shipped of others goes with their licences.
          license: { fileName: "licenses.md" },
          chunkSizeWarningLimit: 900,
          rollupOptions: {
            input: "src/index.tsx",
            preserveEntrySignatures: "strict",
            output: {
              entryFileNames: "index.js",
              chunkFileNames: "[name]-[hash].js",
              assetFileNames: "[name][extname]",
              postBanner,
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
      },
);

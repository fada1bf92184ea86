import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

/** Style sheets go into the bundle, which adds them while it is loaded: nodes are measured when they are first drawn. */
const stylesInside = (): Plugin => ({
  name: "styles-inside",
  enforce: "post",
  generateBundle(_, bundle) {
    const sheets = Object.values(bundle).filter((file) => file.type === "asset" && file.fileName.endsWith(".css"));
    const text = sheets.map((sheet) => (sheet.type === "asset" ? String(sheet.source) : "")).join("\n");
    for (const sheet of sheets) delete bundle[sheet.fileName];
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || !file.isEntry) continue;
      const sheet = `Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(text)} })`;
      file.code = `document.head.append(${sheet});\n${file.code}`;
    }
  },
});

export default defineConfig(({ mode }) => ({
  plugins: [vue(), stylesInside()],
  define: { "process.env.NODE_ENV": JSON.stringify(mode) },
  build: {
    outDir: "../editor/dist",
    emptyOutDir: true, // the folder's new time is what changes the address that NiceGUI serves it under
    target: "es2022",
    sourcemap: mode !== "production",
    minify: mode === "production",
    cssCodeSplit: false,
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "index.js" },
    rolldownOptions: {
      external: ["vue"], // the page's import map resolves it to NiceGUI's own
      output: { minify: mode === "production" }, // of a library Vite would leave the white space
    },
  },
}));

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => ({
  plugins: [vue()],
  define: { "process.env.NODE_ENV": JSON.stringify(mode) },
  build: {
    outDir: "../editor/dist",
    emptyOutDir: true, // the folder's new time is what changes the address that NiceGUI serves it under
    target: "es2022",
    sourcemap: mode !== "production",
    minify: mode === "production",
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "index.js" },
    rollupOptions: { external: ["vue"] }, // the page's import map resolves it to NiceGUI's own
  },
}));

import { defineConfig } from 'vite';
import { noticesFile } from './notices.mjs';

/** `npx vite` in this folder serves the page while one works on it, and passes everything else to this API. */
const API = process.env.KTRDR_API_URL ?? 'http://127.0.0.1:8000';
/** First segments of the API's own routes: all but the page's `/app` and the assets. */
const API_ROUTES = '^/(?!app/|app$|assets/|src/|node_modules/|@|index.html|favicon|theme|$)';

export default defineConfig({
  plugins: [noticesFile()],
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // the content policy allows files, and no data: addresses of scripts and styles
    assetsInlineLimit: 0,
    // the policy allows no inline script, and every supported browser preloads modules itself
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // `test/size.test.ts` reads which files a page loads
    manifest: true,
    rolldownOptions: { input: ['index.html', 'not-found.html'] },
  },
  server: {
    host: '127.0.0.1',
    // the API takes changes from pages of its own origin only
    proxy: { [API_ROUTES]: { target: API, changeOrigin: true, headers: { origin: API } } },
  },
});

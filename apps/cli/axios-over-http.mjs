/**
 * Leaves out the parts of axios that `ktrdr` does not use: `fetch`, XMLHttpRequest, forms and HTTP/2. For these parts, axios loads
 * whole Node libraries and a table of file types, which takes as long as loading the rest of `ktrdr`.
 */
import { readFile } from 'node:fs/promises';

const LIB = String.raw`[\\/]axios[\\/]lib[\\/]`;
const UNUSED_ADAPTER = new RegExp(String.raw`${LIB}adapters[\\/](?:fetch|xhr)\.js$`);
const FORM = new RegExp(String.raw`${LIB}platform[\\/]node[\\/]classes[\\/]FormData\.js$`);
const UTILS = new RegExp(String.raw`${LIB}utils\.js$`);
/** Reading this global loads Node's fetch library. */
const GLOBAL_FORM = 'G.FormData';

export const axiosOverHttp = {
  name: 'axios-over-http',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: UNUSED_ADAPTER }, () => ({
      contents: 'export default null; export const getFetch = () => null;',
    }));
    onLoad({ filter: FORM }, () => ({ contents: 'export default class FormData {}' }));
    // axios uses it only for a request that asks for HTTP/2
    onResolve({ filter: /^http2$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'export default {}' }));
    onLoad({ filter: UTILS }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      if (!contents.includes(GLOBAL_FORM))
        throw new Error(`${path} has no ${GLOBAL_FORM}: adapt this plugin`);
      return { contents: contents.replaceAll(GLOBAL_FORM, 'undefined') };
    });
  },
};

/** Writes the documentation site with its styles and scripts into a folder. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build as bundle } from 'esbuild';
import { thirdPartyNotices } from '../../third-party.mjs';
import { httpApi, httpTypes } from './http-reference.mjs';
import { buildSite } from './site.mjs';
import { strategyFields } from './strategy-reference.mjs';

export const ROOT = resolve(import.meta.dirname, '../../..');
const PAGE = resolve(import.meta.dirname, '../page');
/** Styles, in their order: a later file may change a rule of an earlier one. */
const STYLES = ['frame.css', 'search.css', 'text.css', 'code.css', 'narrow.css'];
/** The page of the API shares its colours, its choice of the theme and its icon. */
const WEB = join(ROOT, 'apps/web');

/**
 * @param outDir is removed first
 * @param openApi the OpenAPI document of the API
 * @param strategySchema the grammar of strategy files, `data` of `GET /strategies/schema`
 * @throws DocumentProblems for dead links
 */
export async function writeSite(outDir, { openApi, strategySchema }) {
  const script = await bundle({
    entryPoints: [join(PAGE, 'docs.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  const read = (folder, file) => readFileSync(join(folder, file), 'utf8');
  const assets = {
    style: asset(
      'docs.css',
      [read(WEB, 'src/tokens.css'), ...STYLES.map((file) => read(PAGE, file))].join('\n'),
    ),
    theme: asset('theme.js', read(WEB, 'public/theme.js')),
    icon: asset('favicon.svg', read(WEB, 'public/favicon.svg')),
    script: asset('docs.js', script.outputFiles[0].text),
  };
  const { files, copies } = buildSite({
    root: ROOT,
    generate: {
      httpApi: () => httpApi({ openApi }),
      httpTypes: () => httpTypes({ openApi }),
      strategyFields: () => strategyFields(strategySchema),
    },
    assets: Object.fromEntries(Object.entries(assets).map(([name, { path }]) => [name, path])),
  });
  rmSync(outDir, { recursive: true, force: true });
  const write = (path, content) => {
    mkdirSync(dirname(join(outDir, path)), { recursive: true });
    writeFileSync(join(outDir, path), content);
  };
  for (const [path, content] of files) write(path, content);
  for (const { path, content } of Object.values(assets)) write(path, content);
  const inputs = Object.keys(script.metafile.inputs).map((path) => resolve(path));
  write('assets/third-party.txt', await thirdPartyNotices(inputs));
  for (const file of copies) cpSync(join(ROOT, file), join(outDir, relative('docs', file)));
}

/** A file whose name changes with its content, so that browsers may keep it. */
function asset(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return { path: `assets/${name.replace('.', `.${hash}.`)}`, content };
}

#!/usr/bin/env node
/**
 * Builds the documentation site into the folder that is given: `node tools/docs-site/build.mjs apps/api/dist/docs`. The build of the API runs
 * it, because the page of the HTTP API comes from the API's own document. A dead link fails the build.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build as bundle } from 'esbuild';
import { thirdPartyNotices } from '../third-party.mjs';
import { readOpenApi } from './src/read-open-api.mjs';
import { httpApi, httpTypes } from './src/http-reference.mjs';
import { DocumentProblems, buildSite } from './src/site.mjs';
import { strategyFields } from './src/strategy-reference.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = join(import.meta.dirname, 'page');

async function main([outDir]) {
  if (outDir === undefined)
    throw new DocumentProblems('Name the folder for the site: node tools/docs-site/build.mjs FOLDER');
  const openApi = await readOpenApi(join(ROOT, 'apps/api/dist/main.js'));
  const { strategySchema } = await import('@ktrdr/strategy');
  const script = await bundle({
    entryPoints: [join(PAGE, 'docs.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  const tokens = readFileSync(join(ROOT, 'apps/web/src/tokens.css'), 'utf8');
  const assets = {
    style: asset('docs.css', tokens + readFileSync(join(PAGE, 'docs.css'), 'utf8')),
    theme: asset('theme.js', readFileSync(join(ROOT, 'apps/web/public/theme.js'), 'utf8')),
    icon: asset('favicon.svg', readFileSync(join(ROOT, 'apps/web/public/favicon.svg'), 'utf8')),
    script: asset('docs.js', script.outputFiles[0].text),
  };
  const { files, copies } = buildSite({
    root: ROOT,
    generate: {
      httpApi: () => httpApi({ openApi }),
      httpTypes: () => httpTypes({ openApi }),
      strategyFields: () => strategyFields(strategySchema()),
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
  write(
    'assets/third-party.txt',
    await thirdPartyNotices(Object.keys(script.metafile.inputs).map((path) => resolve(path))),
  );
  for (const file of copies) cpSync(join(ROOT, file), join(outDir, relative('docs', file)));
}

/** A file whose name changes with its content, so that browsers may keep it. */
function asset(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return { path: `assets/${name.replace('.', `.${hash}.`)}`, content };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof DocumentProblems)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

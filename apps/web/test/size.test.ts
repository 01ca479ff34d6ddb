import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';

/** One file of vite's manifest. */
interface BuiltFile {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
}

const DIST = join(import.meta.dirname, '../dist/page');
const MANIFEST = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<
  string,
  BuiltFile
>;
const ENTRY = 'index.html';
/** Loaded after the page, where it shows prices or a strategy file. */
const APART = /lightweight-charts|strategy-editor/;
/** Gzipped JavaScript of the first load of any page, bytes. */
const MOST_BYTES = 80_000;

const PAGES = Object.keys(MANIFEST).filter((name) => /^src\/pages\/.*-page\.tsx$/.test(name));

test('every page is a separate file', () => {
  expect(PAGES.length).toBeGreaterThanOrEqual(16);
  for (const page of PAGES) expect(MANIFEST[ENTRY]?.dynamicImports).toContain(page);
});

/** Files of each page's first load, the largest first: `[file, bytes]`. */
const FIRST_LOADS = PAGES.map((page) => {
  const loaded = new Set(['theme.js']);
  collect(ENTRY, loaded, false);
  collect(page, loaded, true);
  const files = [...loaded].map((file): [string, number] => [file, gzippedBytes(file)]);
  return { page, files: files.toSorted(([, one], [, other]) => other - one) };
});

// the titles say how large each page is
test.each(FIRST_LOADS.map(({ page, files }) => [page, kilobytes(files), files] as const))(
  '%s loads %s kB of gzipped JavaScript, 80 kB at most',
  (_page, _size, files) => {
    const sum = files.reduce((total, [, bytes]) => total + bytes, 0);
    // the failure names what is large
    expect(sum > MOST_BYTES ? files.slice(0, 5) : []).toEqual([]);
  },
);

/** Texts of the two large libraries. */
const PRICE_CHART = 'tv-lightweight-charts';
const EDITOR = 'cm-content';

const LARGE_FILES = Object.values(MANIFEST)
  .map(({ file }) => file)
  .filter((file) => file.endsWith('.js') && APART.test(file));

test(`loaded apart: ${LARGE_FILES.map((file) => `${file} ${kilobytes([[file, gzippedBytes(file)]])} kB`).join(', ')}`, () => {
  const apart = LARGE_FILES.map(textOf).join('');
  expect(apart).toContain(PRICE_CHART);
  expect(apart).toContain(EDITOR);
  for (const page of PAGES) {
    const loaded = new Set<string>();
    collect(ENTRY, loaded, false);
    collect(page, loaded, false);
    const text = [...loaded].map(textOf).join('');
    expect({ page, hasChart: text.includes(PRICE_CHART), hasEditor: text.includes(EDITOR) }).toEqual({
      page,
      hasChart: false,
      hasEditor: false,
    });
  }
});

/** Adds a module's file and those that it imports; `isPage`: also those that it loads by itself, but for `APART`. */
function collect(name: string, loaded: Set<string>, isPage: boolean): void {
  const built = MANIFEST[name];
  if (built === undefined) throw new Error(`The manifest has no ${name}. Build apps/web again.`);
  if (loaded.has(built.file)) return;
  loaded.add(built.file);
  const dynamic = isPage ? (built.dynamicImports ?? []).filter((one) => !APART.test(one)) : [];
  for (const imported of [...(built.imports ?? []), ...dynamic])
    if (imported !== ENTRY) collect(imported, loaded, isPage);
}

function textOf(file: string): string {
  return readFileSync(join(DIST, file), 'utf8');
}

function gzippedBytes(file: string): number {
  return gzipSync(textOf(file), { level: 9 }).length;
}

function kilobytes(files: readonly (readonly [string, number])[]): string {
  return (files.reduce((total, [, bytes]) => total + bytes, 0) / 1000).toFixed(1);
}

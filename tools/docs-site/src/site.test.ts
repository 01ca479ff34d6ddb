/** Builds the site from the documents of the repository, with small references in place of those that come from the API. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import MiniSearch, { type Options } from 'minisearch';
import { openApi } from './test/open-api.js';
import { strategySchema } from './test/strategy-schema.js';

const ROOT = join(import.meta.dirname, '../../..');
const load = (file: string): Promise<unknown> => import(String(new URL(file, import.meta.url)));

interface Site {
  files: Map<string, string>;
  copies: Set<string>;
}
interface BuildOptions {
  root: string;
  contents?: { section: string; pages: { slug: string; file: string }[] }[];
  generate: Record<string, () => string>;
  assets: Record<string, string>;
}
const { buildSite } = (await load('site.mjs')) as { buildSite: (options: BuildOptions) => Site };
const { SEARCH_OPTIONS } = (await load('../page/search-options.mjs')) as { SEARCH_OPTIONS: Options };
const { httpApi, httpTypes } = (await load('http-reference.mjs')) as Record<
  string,
  (from: { openApi: object }) => string
>;

const { strategyFields } = (await load('strategy-reference.mjs')) as {
  strategyFields: (described: object) => string;
};
const assets = {
  style: 'assets/docs.css',
  theme: 'assets/theme.js',
  script: 'assets/docs.js',
  icon: 'assets/favicon.svg',
};
const generate = {
  httpApi: () => httpApi!({ openApi }),
  httpTypes: () => httpTypes!({ openApi }),
  strategyFields: () => strategyFields(strategySchema),
};

describe('the documents of the repository', () => {
  let site: Site;
  beforeAll(() => {
    site = buildSite({ root: ROOT, generate, assets });
  });
  const page = (slug: string): string => site.files.get(join(slug, 'index.html'))!;

  test('pages have no inline styles, no inline scripts and no event handlers: the content policy refuses them', () => {
    for (const [path, html] of site.files) {
      if (!path.endsWith('.html')) continue;
      expect({
        path,
        found: html.match(/<style|\sstyle=|\son[a-z]+="|<script(?![^>]*\ssrc=)[^>]*>|javascript:/),
      }).toEqual({ path, found: null });
    }
  });

  test('links between pages lead to their addresses, and names of files become titles', () => {
    expect(page('data')).toContain('<a href="../download/">Downloading bars</a>');
    expect(page('models')).toContain('<a href="../verdict/#what-counts-as-a-trial">');
    expect(page('decisions/class-weights')).toContain('<link rel="stylesheet" href="../../assets/docs.css">');
    expect(page('')).toContain('<a href="./http-api/"><code>/docs/http-api/</code></a>');
  });

  test('a file of the repository that is not a page is named and not linked', () => {
    expect(page('backtest')).toContain(
      '<span class="source-file" title="packages/backtest/test/rules.test.ts in the repository">rules.test.ts</span>',
    );
  });

  test('pictures are copied and have their size', () => {
    expect(site.copies).toContain('docs/verdict-luck.svg');
    expect(page('verdict')).toContain(
      '<img src="../verdict-luck.svg" alt="What random entries earned, and the model" width="720" height="220"',
    );
  });

  test('a block that no test runs says so, and others do not', () => {
    const [, csharp = ''] = /(<figure class="code"><figcaption><span>C#<\/span>.*?)<pre>/.exec(
      page('models-elsewhere'),
    )!;
    expect(csharp).toContain('No test runs this block.');
    const [, python = ''] = /(<figure class="code"><figcaption><span>Python<\/span>.*?)<pre>/.exec(
      page('models-elsewhere'),
    )!;
    expect(python).not.toContain('No test runs this block.');
  });

  test('code is coloured by classes', () => {
    expect(page('models-elsewhere')).toContain('<span class="hljs-keyword">import</span>');
  });

  test.each([
    ['purge embargo', 'strategies/'],
    ['zigzag_threshold', 'labels/'],
    ['host_not_authenticated', 'network/'],
    ['embrago', 'strategies/'],
    ['--walk-forward', 'training/'],
  ])('the search finds "%s" in %s', (query, address) => {
    const index = MiniSearch.loadJSON(site.files.get('search.json')!, SEARCH_OPTIONS);
    const found = index.search(query).slice(0, 12);
    expect(found.map(({ url }) => (url as string).split('#')[0])).toContainEqual(
      expect.stringContaining(address),
    );
  });

  test('the search index stays small: a browser loads it once', () => {
    expect(site.files.get('search.json')!.length).toBeLessThan(1_500_000);
  });
});

describe('a document with a mistake', () => {
  const build = (text: string, others: Record<string, string> = {}): Site => {
    const root = mkdtempSync(join(tmpdir(), 'ktrdr-site-'));
    try {
      for (const [file, content] of Object.entries({ 'docs/page.md': text, ...others })) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), content);
      }
      const pages = ['page', 'other'].map((slug) => ({ slug, file: `docs/${slug}.md` }));
      return buildSite({ root, contents: [{ section: 'All', pages }], generate, assets });
    } finally {
      rmSync(root, { recursive: true });
    }
  };
  const other = { 'docs/other.md': '# Other\n\n## Part\n' };

  test.each([
    ['[x](missing.md)', 'docs/page.md: the link missing.md leads to nothing'],
    ['![x](missing.png)', 'docs/page.md: the link missing.png leads to nothing'],
    ['[x](other.md#nowhere)', 'docs/page.md: other.md#nowhere leads to no heading of docs/other.md'],
    ['[x](#nowhere)', 'docs/page.md: #nowhere leads to no heading of docs/page.md'],
    ['`/docs/nowhere/`', 'docs/page.md: there is no page /docs/nowhere/'],
  ])('%s fails the build', (text, problem) => {
    expect(() => build(`# Page\n\n${text}\n`, other)).toThrow(problem);
  });

  test('a missing page fails the build', () => {
    expect(() => build('# Page\n')).toThrow('docs/other.md is missing');
  });

  test('a page without a title fails the build', () => {
    expect(() => build('## Page\n', other)).toThrow(
      'docs/page.md: a page begins with a heading of level 1, its title',
    );
  });

  test('repeated headings have different anchors, as on a code host', () => {
    const { files } = build('# Page\n\n## Part\n\n## Part\n\n[x](#part-1) [y](other.md#part)\n', other);
    expect(files.get('page/index.html')).toContain('<h2 id="part-1">');
    expect(files.get('page/index.html')).toContain('<a href="../other/#part">');
  });

  test('HTML in a document is shown, not executed', () => {
    const { files } = build('# Page\n\n<script>alert(1)</script> and [x](javascript:alert(1))\n', other);
    expect(files.get('page/index.html')).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(files.get('page/index.html')).not.toContain('href="javascript:');
  });
});

test('the reference of the HTTP API names parameters, types, roles and the errors that not every route has', () => {
  const text = httpApi!({ openApi });
  expect(text).toContain('### POST /things/{id}\n\nChanges a thing.\n\nRole: `operate`.');
  expect(text).toContain('| `id` | path | string | The \\| thing. |');
  expect(text).toContain('| `limit` | query | integer | Optional. 1 to 1,000. |');
  expect(text).toContain('**Body**: [Thing](http-types.md#thing) (`application/json`).');
  expect(text).toContain('**Answer**: 200 [Thing](http-types.md#thing).\n\n**Errors**: 404 `not_found`.');
  expect(text).toContain('Every route can also answer with these codes: `internal_error`.');
  expect(httpTypes!({ openApi })).toContain(
    '| `size` | number or null | Optional. Default `3`. |\n| `kind` | `"a"` or `"b"` | Optional. |',
  );
});

test('the reference of strategy files has each field with its value, default and meaning, and the fields of each variant', () => {
  const text = strategyFields(strategySchema);
  expect(text).toContain('## name\n\nRequired. Its name.\n\nValue: text.');
  expect(text).toContain('| `epochs` | whole number from 1 to 100,000 | `100` | Passes. |');
  expect(text).toContain('| `weight` | number above 0, at most 10 or empty |  | A \\| weight. |');
  expect(text).toContain(
    '| `stopping` | `true` or `false` or map |  | Stops early. |\n| `stopping.patience` | whole number |  |  |',
  );
  expect(text).toContain('| `ID.NAME` | list of 3 numbers or map |  | A membership. |');
  expect(text).toContain('### fuzzy_sets.ID.NAME, type: gaussian\n\n| field');
  expect(text).toContain(
    '### training.labels, source: context\n\nWhere the bars go. Classes: `UP`, `DOWN`.\n\n| field | value | default | meaning |\n| --- | --- | --- | --- |\n| `labels.horizon` | whole number at least 1 | `5` |  |',
  );
  expect(text).toContain('### training.labels, source: other\n\nA number.\n\nNo other fields.');
});

/** The documentation in a real Chromium, with the content policy of the API. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { TestBrowser } from '../../../apps/web/test/browser.js';
import { PAGE_POLICY } from '../../../apps/api/src/page/page-policy.js';
import { chromium, requires } from '../../requirements.js';
import { openApi } from './test/open-api.js';
import { strategySchema } from './test/strategy-schema.js';

const { writeSite } = (await import(String(new URL('write-site.mjs', import.meta.url)))) as {
  writeSite: (folder: string, from: { openApi: object; strategySchema: object }) => Promise<void>;
};
const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};
const PAGES = ['', 'getting-started/', 'data/', 'labels/', 'models-elsewhere/', 'architecture/'];

const { test } = requires(chromium());
let folder: string;
let server: Server;
let base: string;
let browser: TestBrowser;

beforeAll(async () => {
  if (chromium().missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'ktrdr-docs-page-'));
  await writeSite(folder, { openApi, strategySchema });
  server = createServer((request, response) => {
    const path = join(folder, request.url!.replace(/^\/docs\//, ''));
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
    if (!existsSync(file)) return void response.writeHead(404).end();
    const headers = {
      'content-type': TYPES[extname(file)] ?? 'text/plain',
      'content-security-policy': PAGE_POLICY,
    };
    response.writeHead(200, headers).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/`;
  browser = await TestBrowser.launch();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

test.each([
  ['light', 1440],
  ['dark', 320],
] as const)('pages are accessible and need no sideways scrolling, %s, %i px wide', async (theme, width) => {
  const context = await browser.context({ theme, width });
  for (const path of PAGES) {
    const page = await browser.open(base + path, {}, context);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    const problems = await browser.accessibilityProblems(page);
    expect({ path, overflow, problems }).toEqual({ path, overflow: 0, problems: [] });
    await page.close();
  }
  await context.close();
  expect(browser.problems).toEqual([]);
});

test('the search works by keyboard: / focuses it, arrows choose, Enter opens, Escape closes', async () => {
  const page = await browser.open(`${base}data/`);
  await page.keyboard.press('/');
  await page.keyboard.type('purge embargo');
  const results = page.locator('.search li');
  await results.first().waitFor();
  await page.keyboard.press('Escape');
  expect(await page.locator('.search ul').isVisible()).toBe(false);
  await page.keyboard.type(' split');
  await results.first().waitFor();
  await page.keyboard.press('ArrowDown');
  const chosen = await page.evaluate('document.activeElement.href');
  await page.keyboard.press('Enter');
  await page.waitForURL(chosen as string);
  expect(page.url()).toContain('/docs/strategies/#');
  await page.close();
  expect(browser.problems).toEqual([]);
});

test('the search shows results after each key, also for words with special characters', async () => {
  const page = await browser.open(base);
  const field = page.locator('.search input');
  for (const [query, path] of [
    ['TRAINING_QUEUE_URL', /docs\/(settings|scaling)\//],
    ['walk forward', /docs\/verdict\/|docs\/training\//],
    ['metatrader', /docs\/models-elsewhere\//],
    // misspelt
    ['webhoks', /docs\/notifications\//],
  ] as const) {
    await field.fill('');
    await field.pressSequentially(query);
    const links = page.locator('.search li a');
    await links.first().waitFor();
    const addresses = (await page.evaluate(
      "[...document.querySelectorAll('.search li a')].map(({ href }) => href)",
    )) as string[];
    expect(addresses.filter((address) => path.test(address))).not.toEqual([]);
  }
  await field.fill('(zz[\\');
  await page.getByText('Nothing found').waitFor();
  await page.close();
  expect(browser.problems).toEqual([]);
});

test('the theme is kept, and shared with the page of the API', async () => {
  const context = await browser.context();
  const page = await browser.open(base, {}, context);
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  expect(await page.evaluate("localStorage.getItem('ktrdr-theme')")).toBe('dark');
  const other = await browser.open(`${base}labels/`, {}, context);
  expect(await other.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  await context.close();
});

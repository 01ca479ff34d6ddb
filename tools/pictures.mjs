#!/usr/bin/env node
/**
 * `npm run pictures -- [name...]`: takes the pictures of the page for README.md and docs/, in both themes, into docs/pictures. The page
 * is real: an API of its own with real and synthetic bars, and trainings that it runs. Needs Chromium and pngquant.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PICTURES, fillWorld } from './pictures/pictures.mjs';
import { CommandFailed, ROOT, build, main } from './workspace.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const MOST_BYTES = 150_000;

/** Shows `path` as each theme has it, and keeps both pictures. */
async function take(browser, world, { name, path, prepare }) {
  for (const theme of ['light', 'dark']) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: 1.5,
      colorScheme: theme,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    const page = await context.newPage();
    await page.goto(world.api.url + path(world));
    await page.locator('h1').first().waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    await prepare?.(page, world);
    // charts draw after their data has come
    await page.waitForTimeout(500);
    const file = join(FOLDER, `${name}${theme === 'dark' ? '-dark' : ''}.png`);
    await page.screenshot({ path: file });
    await context.close();
    makeSmall(file);
  }
}

function makeSmall(file) {
  const { status, stderr } = spawnSync(
    'pngquant',
    ['--force', '--strip', '--speed', '1', '--output', file, file],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new CommandFailed(`pngquant failed for ${file}: ${stderr}`);
  const { size } = statSync(file);
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) throw new CommandFailed(`${file} is larger than ${MOST_BYTES} bytes`);
}

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((one) => !PICTURES.some(({ name }) => name === one));
  if (unknown !== undefined)
    throw new CommandFailed(
      `There is no picture ${unknown}. Pictures: ${PICTURES.map(({ name }) => name).join(', ')}`,
    );
  if (!existsSync(CHROMIUM))
    throw new CommandFailed(`There is no Chromium at ${CHROMIUM}. Set CHROMIUM_PATH.`);
  if (spawnSync('pngquant', ['--version']).status !== 0)
    throw new CommandFailed('pngquant is missing: apt-get install pngquant');
  await build({ quiet: true });
  const { Sandbox } = await import('../packages/service-kit/dist/testing/index.js');
  const { chromium } = createRequire(join(ROOT, 'apps/web/package.json'))('playwright-core');
  mkdirSync(FOLDER, { recursive: true });
  const sandbox = await Sandbox.create();
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const world = await fillWorld(sandbox);
    for (const picture of PICTURES)
      if (wanted.length === 0 || wanted.includes(picture.name)) await take(browser, world, picture);
  } finally {
    await browser.close();
    await sandbox.close();
  }
});

import { afterAll, beforeAll, expect } from '@jest/globals';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreatedToken } from '@ktrdr/contracts';
import { filesBelow, ROOT } from '@ktrdr/service-kit/testing';
import type { Page } from 'playwright-core';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld } from './page-world.js';

const { describe, test } = requires(chromium());

/** Daily bars as a German bank writes them: every day's close swings, so that there is something to label. */
function bankFile(): string {
  const rows = Array.from({ length: 900 }, (_, day) => {
    const date = new Date(Date.UTC(2019, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
    const [year, month, dayOfMonth] = date.split('-');
    const close = 100 + 10 * Math.sin(day / 9) + 3 * Math.sin(day / 2.3);
    const prices = [close - 0.4, close + 0.9, close - 0.8, close].map((price) =>
      price.toFixed(2).replace('.', ','),
    );
    return `${dayOfMonth}.${month}.${year};${prices.join(';')};${1_000 + day}`;
  });
  return ['Datum;Eröffnung;Hoch;Tief;Schluss;Volumen', ...rows].join('\n');
}

/** The first hour of a person, on the page alone. Each test continues where the previous one ended. */
describe('a person with a file and no model', () => {
  let world: PageWorld;
  let page: Page;
  let secret: string;

  beforeAll(async () => {
    world = await PageWorld.start({ IMPORT_MAX_FILE_MB: '1' });
    ({ token: secret } = await world.post<CreatedToken>('/tokens', { name: 'alice', role: 'admin' }));
    await copyFile(
      join(ROOT, 'strategies/legacy_reversion.yaml'),
      world.sandbox.path('strategies/legacy_reversion.yaml'),
    );
    await writeFile(world.sandbox.path('LARGE_1d.csv'), '1'.repeat(1_100_000));
    page = await world.open('/app/data');
  });
  afterAll(() => world?.close());

  test('logs in, imports it, writes a strategy, trains it, compares and predicts', async () => {
    // logs in, and the page never has the token
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Token').fill('ktrdr_000000000000_wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/app/data');
    expect(
      await page.evaluate('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })'),
    ).not.toContain(secret.slice(-20));
    // the refused token, and what the page asked before the login
    world.browser.problems.length = 0;

    // imports the file
    // the dialog refuses a file above the limit with a message, and keeps nothing
    await page.getByRole('link', { name: 'Import files' }).first().click();
    const dialog = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    const uploads: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().includes('/data/uploads')) uploads.push(request.url());
    });
    await (await dialog).setFiles(world.sandbox.path('LARGE_1d.csv'));
    const large = page.getByRole('region', { name: 'LARGE_1d.csv' });
    await large.getByText(/^The file has 1\d{6} bytes\. The limit is 1 MB/).waitFor();
    expect(await filesBelow(world.sandbox.path('api-state', 'uploads'))).toEqual([]);
    // it was refused before it was sent
    expect(uploads).toEqual([]);
    await large.getByRole('button', { name: 'Remove' }).click();
    expect(world.browser.problems.splice(0)).toEqual([expect.stringContaining('413')]);
    // the page of bars takes a dropped file
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    await drop(page, 'ACME_1d.csv', bankFile());
    await page.getByRole('heading', { name: 'Import files' }).waitFor();
    await page.getByRole('button', { name: 'Import 900 bars of ACME 1d' }).click();
    await page.getByRole('link', { name: /Show the bars/ }).click();
    await page.getByRole('heading', { name: 'ACME 1d' }).waitFor();

    // writes a strategy with an error, sees it at its line, and mends it
    await page.getByRole('link', { name: 'Strategies' }).click();
    await page.getByRole('button', { name: 'New strategy' }).first().click();
    // the page behind the dialog has a field for a name too, once its list is there
    const creation = page.getByRole('dialog');
    await creation.getByLabel('Name').fill('mine');
    await creation.getByLabel('Start from').selectOption('copy pattern');
    await creation.getByRole('button', { name: 'Create' }).click();
    const editor = page.getByRole('textbox', { name: 'Text of mine.yaml' });
    await editor.waitFor();
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText('none: the file can be trained').waitFor();
    const text = (await editor.innerText()).replaceAll('\u00a0', ' ');
    const wrong = text.replace('type: rsi, period: 14', 'type: rsii, period: 14');
    expect(wrong).not.toBe(text);
    await replaceText(page, wrong);
    const line = wrong.split('\n').findIndex((one) => one.includes('rsii')) + 1;
    await problems.getByRole('button', { name: new RegExp(`Error ${line}:`) }).waitFor();
    await replaceText(
      page,
      text.replace('symbol: AAPL', 'symbol: ACME').replace('timeframe: 1h', 'timeframe: 1d'),
    );
    await problems.getByText('none: the file can be trained').waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('Saved', { exact: true }).waitFor();

    // converts a file of the older grammar after a preview of the change
    await page.getByRole('link', { name: 'Strategies' }).click();
    await page.getByRole('link', { name: 'legacy_reversion', exact: true }).click();
    await page.getByRole('button', { name: 'Convert to v3…' }).click();
    const change = page.getByRole('dialog', { name: 'Convert to v3' });
    await change.getByText(/^\+ version: /).waitFor();
    await change.getByRole('button', { name: 'Use the v3 text' }).click();
    await page.getByText('This file uses the grammar v2').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+s');
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Strategies' }).click();
    await page.getByRole('link', { name: 'mine', exact: true }).click();

    // trains it: the curve grows, and the verdict comes first
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('heading', { name: 'Verdict' }).waitFor({ state: 'attached' });
    await page.locator('h1 ~ .status-completed').waitFor();
    await world.browser.picture(page, 'verdict');
    expect(await page.locator('main .card').first().getAttribute('id')).toBe('verdict');

    // predicts the newest bars with the model, and compares two trainings
    await page.getByRole('link', { name: 'Run again with changes' }).click();
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('7');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.locator('h1 ~ .status-completed').waitFor();
    // Back shows the form as it was
    await page.goBack();
    expect(await page.getByRole('textbox', { name: 'Seed', exact: true }).inputValue()).toBe('7');
    await page.goForward();
    await page.locator('h1 ~ .status-completed').waitFor();
    await page.getByRole('link', { name: 'Operations' }).click();
    const rows = page.getByRole('row').filter({ hasText: 'training' });
    await rows.nth(1).waitFor();
    // a row says what the verdict is, in words
    await rows
      .nth(0)
      .getByText(/^(Edge found|No edge found|Too little data to tell)$/)
      .waitFor();
    await page.getByText('Select 2 to 10 completed trainings to compare them.').waitFor();
    await rows.nth(0).getByRole('checkbox').click();
    await rows.nth(1).getByRole('checkbox').click();
    await page.getByRole('link', { name: 'Compare 2' }).click();
    await page.getByRole('heading', { name: /Compare/ }).waitFor();
    await page.getByText('seed', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('link', { name: 'mine/1d_v1' }).click();
    await page.getByRole('heading', { name: 'mine/1d_v1' }).waitFor();
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByRole('table', { name: /predictions/i }).waitFor();
    expect(world.browser.problems).toEqual([]);
  });
});

/** Drags a file over the page and drops it. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: 'text/csv' }));
      return transfer;
    })()`,
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.getByText('Drop the files to import them').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** Pastes a text over the one in the editor. */
async function replaceText(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+v');
}

import { afterAll, beforeAll, expect } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { ServerProcess } from '@ktrdr/contracts/testing';
import { LONG, strategyText, until } from '@ktrdr/service-kit/testing';
import type { Page } from 'playwright-core';
import { chromium, program, requires } from '../../../tools/requirements.js';
import { PageWorld, RESUMES } from './page-world.js';

const { describe, test } = requires(chromium());

describe('a page that is interrupted', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start(RESUMES);
    await world.addBars();
  });
  afterAll(() => world?.close());

  /** A training that takes a while, until `release` lets it continue at full speed. */
  async function startSlowly(): Promise<{ id: string; release: () => Promise<void> }> {
    const gate = world.sandbox.path(`gate-${Math.random()}`);
    const strategy = strategyText({ epochs: 100, paceMs: 15, pacedUntil: gate });
    const id = await world.api.startTraining({ strategy });
    return { id, release: () => writeFile(gate, '') };
  }

  async function epochs(page: Page): Promise<number> {
    const shown = page
      .locator('#curves dt', { hasText: /^Best epoch$/ })
      .locator('xpath=following-sibling::dd');
    return (await shown.count()) === 0 ? 0 : Number(/ of (\d+) /.exec(await shown.innerText())?.[1]);
  }

  const untilEpochs = (page: Page, least: number) =>
    until(
      'epochs on the page',
      () => epochs(page),
      (count) => count >= least,
    );

  const status = (page: Page, name: string) => page.locator(`h1 ~ .status-${name}`).waitFor();

  test('a training can be reloaded, cancelled and resumed, and two tabs show the same', async () => {
    const { id, release } = await startSlowly();
    const context = await world.browser.context();
    const page = await world.open(`/app/operations/${id}`, {}, context);
    await status(page, 'running');
    await untilEpochs(page, 2);

    await page.reload();
    // the curve from before the reload is there again
    const before = await untilEpochs(page, 2);
    await untilEpochs(page, before + 1);

    const other = await world.open('/app/operations', {}, context);
    const row = other.getByRole('row').filter({ hasText: id.slice(id.lastIndexOf('_') + 1) });
    await row.locator('.status-running').waitFor();

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel 1 operation' }).click();
    await status(page, 'cancelled');
    await row.locator('.status-cancelled').waitFor();

    await page.getByText(/^Cancelled at [\d.]+%\. Resume it to continue/).waitFor();
    // the history is read again after the status has changed
    await page
      .locator('#history')
      .getByRole('row', { name: /cancelled.*no reason given/ })
      .waitFor();

    const cancelledAt = await epochs(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume 1 operation' }).click();
    await status(page, 'running');
    await page.getByText('attempt 2').first().waitFor();
    await untilEpochs(page, cancelledAt + 1);
    await release();
    await status(page, 'completed');
    await page.locator('#verdict').waitFor();
    await row.locator('.status-completed').waitFor();
    expect(world.browser.problems).toEqual([]);
    await context.close();
  });

  test('the API is killed: the page says so, and continues when the API is back', async () => {
    const { id, release } = await startSlowly();
    const page = await world.open(`/app/operations/${id}`);
    await untilEpochs(page, 2);
    const other = await world.open('/', {}, page.context());
    await other.getByRole('heading', { name: 'Overview' }).waitFor();
    await world.killApi();
    await page.locator('.connection-banner', { hasText: 'The API does not answer' }).waitFor();
    await page.getByText('Not connected').waitFor();
    // a page whose file was not read before
    await other.getByRole('link', { name: 'Models' }).click();
    await other.getByText('This page was not loaded').waitFor();
    const before = await epochs(page);
    await world.restartApi();
    await page.getByText('Live', { exact: true }).waitFor();
    await other.getByRole('heading', { name: 'Models' }).waitFor();
    await page.getByText('attempt 2').first().waitFor();
    await untilEpochs(page, before + 1);
    await release();
    await status(page, 'completed');
    await page.locator('#verdict').waitFor();
    // only the requests and streams that found no API
    expect(world.browser.problems.splice(0).filter((one) => !/ERR_|NetworkError/.test(one))).toEqual([]);
    await page.context().close();
  });
});

requires(chromium(), program('redis-server')).describe('the list of operations', () => {
  let redis: ServerProcess;
  let queue: string;
  let world: PageWorld;

  beforeAll(async () => {
    const { port, server } = await ServerProcess.onFreePort((free) => ({
      command: 'redis-server',
      args: ['--port', String(free), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      isReady: /Ready to accept connections/,
    }));
    redis = server;
    queue = `redis://127.0.0.1:${port}`;
    world = await PageWorld.start({ TRAINING_QUEUE_URL: queue });
  });
  afterAll(async () => {
    await world?.close();
    await redis?.stop('SIGKILL');
  });

  test('the page of hosts shows the queued trainings, and which host runs which training', async () => {
    await world.addBars();
    const first = await world.api.startTraining({ strategy: LONG });
    const second = await world.api.startTraining({ strategy: LONG });
    const page = await world.open('/app/hosts');
    await page.getByText('No host takes trainings from the queue').waitFor();
    const waiting = page.getByRole('table', { name: 'Waiting operations' }).getByRole('row');
    await waiting.filter({ hasText: second }).getByText('[1 ahead]').waitFor();
    expect(await waiting.allInnerTexts()).toEqual([
      expect.stringMatching(/^Operation/),
      expect.stringContaining(first),
      expect.stringContaining(second),
    ]);

    await world.sandbox.startQueueHost('host', {
      TRAINING_QUEUE_URL: queue,
      KTRDR_API_URL: world.api.url,
      DATA_DIR: world.sandbox.path('host-data'),
      TRAINING_ENGINE: 'onnx',
    });
    const host = page.getByRole('table', { name: 'Training hosts' }).getByRole('row').nth(1);
    await host.getByRole('link', { name: first }).waitFor();
    expect(await host.innerText()).toMatch(/takes from the queue\s+✓ up\s.*1 of 1/s);
    await waiting.filter({ hasText: first }).waitFor({ state: 'detached' });
    expect(await waiting.count()).toBe(2);

    // the queued training ends at once; its host must be told about the other
    for (const id of [second, first]) await world.post(`/operations/${id}/cancel`, {});
    await page.getByText('Nothing is waiting.').waitFor();
    await host.getByText('0 of 1').waitFor();
    expect(world.browser.problems).toEqual([]);
    await page.close();
  });

  test('an action changes exactly the operations that it showed', async () => {
    const long = { iterations: 1_000, duration_seconds: 0.1 };
    const ids = await Promise.all([1, 2, 3, 4].map(() => world.start('/dummy/start', long)));
    const page = await world.open('/app/operations?type=dummy&status=running');
    const rows = page.getByRole('row').filter({ hasText: 'dummy' });
    await rows.nth(3).waitFor();
    await rows.nth(0).getByRole('checkbox').click();
    await rows
      .nth(2)
      .getByRole('checkbox')
      .click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Cancel 3…' }).click();
    const shown = await page
      .getByRole('list', { name: 'Operations to cancel' })
      .getByRole('listitem')
      .allInnerTexts();
    expect(shown).toHaveLength(3);
    // one that starts now is not hit, although it matches the filters
    const later = await world.start('/dummy/start', long);
    await page.getByRole('button', { name: 'Cancel 3 operations' }).click();
    await page.getByText('3 of 3 accepted.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    const cancelled = await until(
      'three cancelled',
      async () =>
        (await Promise.all([...ids, later].map((id) => world.api.operation(id)))).filter(
          (one) => one.status === 'cancelled',
        ),
      (found) => found.length === 3,
    );
    expect(cancelled.map(({ operation_id }) => operation_id)).not.toContain(later);
    for (const { operation_id } of cancelled)
      expect(shown.some((line) => line.includes(operation_id.slice(operation_id.lastIndexOf('_') + 1)))).toBe(
        true,
      );

    // the filters are in the address: a reload keeps them, the back button takes them back
    await page.reload();
    await page.getByRole('button', { name: 'running', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'cancelled' }).click();
    await page.waitForURL(/cancelled/);
    await page.goBack();
    await page.getByRole('button', { name: 'cancelled', pressed: false }).waitFor();
    expect(world.browser.problems).toEqual([]);
  });

  test('everything works by keyboard', async () => {
    const id = await world.start('/dummy/start', { iterations: 1_000, duration_seconds: 0.1 });
    const page = await world.open('/app/operations?status=running');
    await page.getByRole('row').filter({ hasText: 'dummy' }).first().waitFor();
    /** Presses Tab until the focus is on what has this name. */
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const found = await page.evaluate(
          '(() => { const { activeElement: one } = document; return `${one?.getAttribute("aria-label") ?? ""} ${one?.textContent ?? ""}`; })()',
        );
        if (name.test(String(found))) return;
      }
      throw new Error(`Tab does not reach ${name.source}`);
    };
    await tabTo(new RegExp(`Select .*${id}`));
    await page.keyboard.press('Space');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Shift+Tab');
    const button = page.getByRole('button', { name: 'Cancel 1…' });
    await button.focus();
    await page.keyboard.press('Enter');
    await tabTo(/^ ?Cancel 1 operation$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until(
      'the operation is cancelled',
      () => world.api.operation(id),
      (operation) => operation.status === 'cancelled',
    );
    expect(world.browser.problems).toEqual([]);
  });
});

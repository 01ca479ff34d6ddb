import { afterAll, beforeAll, expect } from '@jest/globals';
import { QUICK } from '@ktrdr/service-kit/testing';
import type { BrowserContext } from 'playwright-core';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld } from './page-world.js';

const { describe, test } = requires(chromium());

/** What a page says before an answer is there: nothing that the answer refutes. */
describe('a page whose answers come late', () => {
  let world: PageWorld;
  let id: string;

  beforeAll(async () => {
    world = await PageWorld.start();
    await world.addBars();
    id = await world.train({ strategy: QUICK, seeds: 2 });
  });
  afterAll(() => world?.close());

  /** Holds the answers from `path` back until the function that is returned is called. */
  async function holdBack(context: BrowserContext, path: RegExp): Promise<() => void> {
    let answer = (): void => {};
    const released = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await context.route(path, (route) => released.then(() => route.continue()));
    return answer;
  }

  test('a curve that is not read yet is marked as loading, also where the result has one of its seeds', async () => {
    const context = await world.browser.context();
    const answer = await holdBack(context, /\/metrics$/);
    const page = await world.open(`/app/operations/${id}`, {}, context);
    const curves = page.locator('#curves');
    await curves.getByRole('status', { name: 'Loading curve' }).waitFor();
    expect(await curves.innerText()).toBe('Curves');
    answer();
    await curves.getByText(/^\d of 3 trained, seed \d+$/).waitFor();
    await context.close();
  });

  test('a curve that is not read says why, and is read again on request', async () => {
    const context = await world.browser.context();
    // the page also reads again by itself, when its stream is open
    await context.route(/\/metrics$/, async (route) => {
      const isClicked = await route.request().frame().evaluate('window.isClicked === true');
      return isClicked ? route.continue() : route.abort();
    });
    const page = await world.open(`/app/operations/${id}`, {}, context);
    const curves = page.locator('#curves');
    await curves.getByRole('alert').waitFor();
    await page.evaluate(
      "document.addEventListener('click', () => { window.isClicked = true; }, { capture: true })",
    );
    await curves.getByRole('button', { name: 'Try again' }).click();
    await curves.getByText(/^\d of 3 trained, seed \d+$/).waitFor();
    expect(world.browser.problems.splice(0).filter((one) => !one.includes('ERR_FAILED'))).toEqual([]);
    await context.close();
  });

  test('files that are being checked are not left out of the unusual ones', async () => {
    const context = await world.browser.context();
    const answer = await holdBack(context, /\/data\/check$/);
    const page = await world.open('/app/data?check=unusual', {}, context);
    const row = page.getByRole('row').filter({ hasText: 'AAPL' });
    await row.getByText('checking').waitFor();
    answer();
    await row.getByText('checking').waitFor({ state: 'detached' });
    await context.close();
  });

  test('the history before a change of the status is marked until the new one is there', async () => {
    const running = await world.start('/dummy/start', { iterations: 1_000, duration_seconds: 0.1 });
    const page = await world.open(`/app/operations/${running}`);
    const history = page.locator('#history');
    await history.getByText('running').waitFor();
    const answer = await holdBack(page.context(), /\/history$/);
    await world.post(`/operations/${running}/cancel`, {});
    await page.locator('h1 ~ .status-cancelled').waitFor();
    await history.locator('[aria-busy=true]').waitFor();
    answer();
    await history.getByText('no reason given').first().waitFor();
    await history.locator('[aria-busy=true]').waitFor({ state: 'detached' });
    expect(world.browser.problems).toEqual([]);
    await page.context().close();
  });
});

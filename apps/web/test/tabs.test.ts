import { afterAll, beforeAll, expect } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { strategyText } from '@ktrdr/service-kit/testing';
import type { Page } from 'playwright-core';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld, RESUMES } from './page-world.js';

const { describe, test } = requires(chromium());

describe('tabs', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start(RESUMES);
    await world.addBars();
  });
  afterAll(() => world?.close());

  const live = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor();
  const each = (pages: readonly Page[], wait: (page: Page) => Promise<unknown>): Promise<unknown> =>
    Promise.all(pages.map(wait));

  // a browser opens six connections to one address, so eight streams would leave none for anything else
  test.each([
    [2, 'a browser'],
    [8, 'a browser'],
    [2, 'a browser without shared workers'],
  ])(
    '%d tabs of %s follow a training, even if the API is killed and a tab is closed',
    async (count, browser) => {
      const gate = world.sandbox.path(`gate ${count} ${browser}`);
      const strategy = strategyText({ epochs: 100, paceMs: 15, pacedUntil: gate });
      const id = await world.api.startTraining({ strategy });
      const context = await world.browser.context();
      if (browser !== 'a browser') await context.addInitScript('delete globalThis.SharedWorker');
      const tabs: Page[] = [];
      for (let number = 0; number < count; number++)
        tabs.push(await world.open(`/app/operations/${id}`, {}, context));
      await each(tabs, live);
      await each(tabs, (page) => page.locator('h1 ~ .status-running').waitFor());

      await world.killApi();
      await each(tabs, (page) =>
        page.locator('.connection-banner', { hasText: 'The API does not answer' }).waitFor(),
      );
      await world.restartApi();
      await each(tabs, live);
      await each(tabs, (page) => page.getByText('attempt 2').first().waitFor());

      // the tab that came first is gone
      await tabs.shift()!.close();
      await writeFile(gate, '');
      await each(tabs, (page) => page.locator('h1 ~ .status-completed').waitFor());
      await each(tabs, (page) => page.locator('#verdict').waitFor());
      // only the requests that found no API, or that it was answering
      const unanswered = /ERR_(?:CONNECTION_\w+|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|NetworkError/;
      expect(world.browser.problems.splice(0).filter((one) => !unanswered.test(one))).toEqual([]);
      await context.close();
    },
  );
});

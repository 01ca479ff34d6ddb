import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { OperationStarted, SuccessResponse } from '@ktrdr/contracts';
import { QUICK, until } from '@ktrdr/service-kit/testing';
import type { Page } from 'playwright-core';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld, STRATEGY } from './page-world.js';

const { describe, test } = requires(chromium());

/** The box of the table of seeds. */
const BOX = `document.querySelector('.table-box:has([aria-label="Results of each seed"])')`;
/** Seeds of the training: too many for a colour each. */
const SEEDS = 7;
const FOLDS = 2;

describe('the page of a training with several seeds and folds', () => {
  let world: PageWorld;
  let id: string;

  beforeAll(async () => {
    world = await PageWorld.start();
    await world.addBars();
    id = await world.train({ strategy: QUICK, seed: 3, seeds: SEEDS, walk_forward: FOLDS });
  });
  afterAll(() => world?.close());

  const open = (path: string, width = 1280): Promise<Page> => world.open(path, { width, isStill: true });

  test('names the seed of its figures, and how many epochs it trained', async () => {
    const page = await open(`/app/operations/${id}`);
    const figure = (name: string | RegExp) =>
      page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd').first().innerText();
    await page.locator('#curves .line-chart canvas').waitFor();
    expect(await figure(/^Best epoch$/)).toMatch(/^\d+ of \d+ trained, seed \d$/);
    expect(await page.locator('#curves').innerText()).toMatch(
      new RegExp(
        `those of the seeds that trained in it: all ${SEEDS} (in every epoch|up to epoch \\d+, \\d of them in)`,
      ),
    );
    expect(await figure(`Test accuracy, mean of ${SEEDS} seeds`)).toMatch(/^\d.* ± /);
    expect(await figure(`Test accuracy, mean of ${FOLDS} folds`)).toMatch(/^\d.* ± /);
    // a colour for each of the curves, also without motion
    const colours = await page.evaluate(
      `[...document.querySelectorAll('#curves .u-marker')].map((one) => getComputedStyle(one).borderColor)`,
    );
    expect(new Set(colours as string[]).size).toBe(4);
    await world.browser.picture(page, 'seeds-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await world.browser.picture(page, 'seeds-dark');
    await page.context().close();
  });

  test('names the seed of the curve at the pointer, and how many seeds a mean is of', async () => {
    const page = await open(`/app/operations/${id}`);
    const chart = page.locator('#curves .u-over');
    const tip = page.locator('#curves .curve-tip');
    /** What the tip says while the pointer moves down the drawing. */
    const tips = async (): Promise<string> => {
      await page.locator('#curves').scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await chart.boundingBox())!;
      const said = new Set<string>();
      for (let at = 2; at < height; at += 6) {
        await page.mouse.move(x + width / 3, y + at);
        // uPlot draws in the next frame
        await page.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        );
        if (await tip.isVisible()) said.add(await tip.innerText());
      }
      return [...said].join('\n');
    };
    expect(await tips()).toMatch(new RegExp(`validation, mean: \\S+ \\(${SEEDS} of ${SEEDS} seeds\\)`));
    expect(await page.locator('#curves .u-legend').innerText()).toContain(`(${SEEDS} of ${SEEDS} seeds)`);
    await page.locator('.curve-choice select').selectOption('each');
    expect(await tips()).toMatch(/^validation, seed [3-9]: \S+$/m);
    await world.browser.picture(page, 'seeds-each');
    await page.context().close();
  });

  test('shows at which edge a wide table is cut, and scrolls it by keyboard', async () => {
    const page = await open(`/app/operations/${id}`, 320);
    const region = page.getByRole('region', { name: 'Results of each seed' });
    const shadow = (edge: '::before' | '::after') =>
      page.evaluate(`getComputedStyle(${BOX}, '${edge}').opacity`);
    await region.waitFor();
    await until(
      'a shadow at the end only',
      async () => [await shadow('::before'), await shadow('::after')],
      (opacities) => opacities.join() === '0,1',
    );
    await region.scrollIntoViewIfNeeded();
    await world.browser.picture(page, 'seeds-narrow');
    await region.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await until(
      'a shadow at the start',
      () => shadow('::before'),
      (opacity) => opacity === '1',
    );
    await page.evaluate(`${BOX}.firstElementChild.scrollTo({ left: 10_000 })`);
    await until(
      'no shadow at the end',
      () => shadow('::after'),
      (opacity) => opacity === '0',
    );
    await page.context().close();
  });

  test('a form gives its request as commands that start the same training', async () => {
    const page = await open(`/app/train?again=${id}`);
    await page.getByText('The same from a terminal').click();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = async (name: string): Promise<string> => {
      await page.getByText(`Copy the ${name} command`).click();
      await page
        .getByRole('status')
        .filter({ hasText: /^Copied$/ })
        .waitFor();
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    const { stdout } = await promisify(execFile)('sh', ['-c', `${await copied('curl')} --silent`]);
    const { data } = JSON.parse(stdout) as SuccessResponse<OperationStarted>;
    await world.api.untilOperation(data.operation_id, ({ status }) => status === 'completed');
    const [asked, again] = await Promise.all(
      [id, data.operation_id].map((one) => world.api.operation(one).then(({ metadata }) => metadata)),
    );
    expect(again).toEqual(asked);
    await page.goto(`${world.api.url}/app/train?strategy=${STRATEGY}`);
    await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('7');
    await page.getByText('The same from a terminal').click();
    expect(await copied('ktrdr')).toBe(
      `KTRDR_API_URL=${world.api.url} ktrdr models train strategies/${STRATEGY}.yaml AAPL 1h --seed 7`,
    );
    await world.browser.picture(page, 'train-commands');
    await page.context().close();
  });

  test('a missing address shows the nearest pages', async () => {
    for (const [path, nearest] of [
      ['/modelz', '/app/models'],
      ['/docs/verdikt', '/docs/verdict/'],
    ] as const) {
      const page = await open(path, 320);
      await world.browser.picture(page, `missing-${nearest.split('/')[2]}`);
      expect(await world.browser.accessibilityProblems(page)).toEqual([]);
      await page.getByRole('link', { name: nearest }).click();
      await page.locator('h1').first().waitFor();
      expect(new URL(page.url()).pathname).toBe(nearest);
      await page.context().close();
    }
    // Chromium calls the answer itself a problem
    expect(world.browser.problems.splice(0).filter((one) => !one.includes('404'))).toEqual([]);
  });
});

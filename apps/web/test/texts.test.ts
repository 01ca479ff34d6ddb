import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { QUICK, strategyText, until } from '@ktrdr/service-kit/testing';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld } from './page-world.js';

const { describe, test } = requires(chromium());

/** Width right of the newest bar, px: in the line of the volumes, right of the last pixel with their colour; -1: not drawn yet. */
const PLACE_OF_NEWEST = `(() => {
  const canvas = [...document.querySelectorAll('.decisions .price-plot canvas')]
    .toSorted((one, other) => other.width * other.height - one.width * one.height)[0];
  const { data } = canvas.getContext('2d').getImageData(0, canvas.height - 3, canvas.width, 1);
  const colours = Array.from({ length: canvas.width }, (_, at) => data.slice(4 * at, 4 * at + 4).join());
  const counts = Map.groupBy(colours, (colour) => colour);
  const [most] = [...counts.entries()].toSorted(([, one], [, other]) => other.length - one.length)[0];
  return most.endsWith(',255') ? (canvas.width - 1 - colours.lastIndexOf(most)) / devicePixelRatio : -1;
})()`;

describe('what the page says', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start();
    await world.addBars();
  });
  afterAll(() => world?.close());

  test('the editor of a strategy says that its bars are not there, until they are', async () => {
    await writeFile(
      world.sandbox.path('strategies/other.yaml'),
      strategyText({ epochs: 3, symbol: 'GOOG' }).replace('pattern', 'other'),
    );
    const page = await world.open('/app/strategies/other');
    await page.getByText('none: the file can be trained').waitFor();
    const missing = page.getByText('There are no bars of GOOG 1h:');
    await missing.waitFor();
    await world.browser.picture(page, 'missing-bars');
    await world.post('/data/sample', { symbol: 'GOOG', timeframe: '1h' });
    await page.reload();
    await page.getByText('none: the file can be trained').waitFor();
    await missing.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('a comparison names curves that cover each other', async () => {
    const ids = [
      await world.train({ strategy: QUICK, seed: 1 }),
      await world.train({ strategy: QUICK, seed: 1 }),
      await world.train({ strategy: QUICK, seed: 2 }),
    ];
    const page = await world.open(`/app/compare?ids=${ids.join(',')}`, { isStill: true });
    await page.getByRole('heading', { name: 'Equity' }).waitFor();
    await world.browser.picture(page, 'equal-curves');
    // those without a trade are equal too
    await page.getByText(/^A( and B|, B and C) have the same curve\.$/).waitFor();
    await page.getByText('A validation and B validation have the same curve.').waitFor();
    await world.browser.picture(page, 'equal-curves');
    await page.context().close();
  });

  test('the text of the newest marker has a place in the chart of a model', async () => {
    const page = await world.open('/app/models/pattern/1h_v1', { isStill: true });
    const plot = page.locator('.decisions .price-plot');
    await plot.locator('canvas').first().waitFor();
    await plot.scrollIntoViewIfNeeded();
    await world.browser.picture(page, 'model-chart');
    const place = await until(
      'volumes in the chart',
      async () => Number(await page.evaluate(PLACE_OF_NEWEST)),
      (pixels) => pixels >= 0,
    );
    expect(place).toBeGreaterThan(20);
    expect(place).toBeLessThan(60);
    await page.context().close();
  });
});

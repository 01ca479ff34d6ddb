import { afterAll, beforeAll, expect } from '@jest/globals';
import { QUICK } from '@ktrdr/service-kit/testing';
import { chromium, requires } from '../../../tools/requirements.js';
import { PageWorld, STRATEGY } from './page-world.js';

const { describe, test } = requires(chromium());

/** Every page, with the heading that it has in this world. */
const PAGES: [name: string, address: string][] = [
  ['overview', '/'],
  ['operations', '/app/operations'],
  ['training', '/app/operations/TRAINING'],
  ['dummy', '/app/operations/DUMMY'],
  ['compare', '/app/compare?ids=TRAINING,OTHER'],
  ['models', '/app/models'],
  ['model', '/app/models/pattern/1h_v1'],
  ['strategies', '/app/strategies'],
  ['strategy', `/app/strategies/${STRATEGY}`],
  ['train', `/app/train?strategy=${STRATEGY}`],
  ['data', '/app/data'],
  ['bars', '/app/data/AAPL/1h'],
  ['import', '/app/data/import'],
  ['hosts', '/app/hosts'],
  ['access', '/app/access'],
  ['notifications', '/app/notifications'],
  ['login', '/app/login'],
  ['missing', '/app/nowhere'],
];

/** Widths of a telephone, a laptop and a 4K screen, px. */
const WIDTHS = [320, 1280, 3840] as const;
/** Highest layout shift: web.dev calls 0.1 good. */
const MOST_SHIFT = 0.05;
/** Smallest text on a 4K screen, px. */
const LEAST_TEXT = 17;
/** Animations that take longer than a frame, ms. */
const MOVING =
  'document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime > 16).length';
const SMALLEST_TEXT = `Math.min(
  ...[...document.querySelectorAll('main *')]
    .filter((one) => [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== ''))
    .filter((one) => one.checkVisibility())
    .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)),
)`;

/** What a person may type instead of the page's address; the page has no `/nowhere`. */
function withoutApp(path: string): string {
  return path.endsWith('/nowhere') ? path : path.replace(/^\/app/, '');
}

describe('every page', () => {
  let world: PageWorld;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    world = await PageWorld.start();
    await world.addBars();
    for (const [seed, name] of ['TRAINING', 'OTHER'].entries())
      ids.set(name, await world.train({ strategy: QUICK, detailed_analytics: true, seed }));
    ids.set('DUMMY', await world.start('/dummy/start', { iterations: 3, duration_seconds: 0.1 }));
  });
  afterAll(() => world?.close());

  test.each(PAGES)(
    '%s: no layout shift while it loads at any width, readable text at 4K, no axe violation in either theme, nothing wider than 320 px, and the same page without /app',
    async (name, route) => {
      const path = [...ids].reduce((filled, [placeholder, id]) => filled.replace(placeholder, id), route);
      for (const width of WIDTHS) {
        const slow = await world.browser.openSlowly(`${world.api.url}${path}`, { width, isStill: true });
        await slow.locator('h1').first().waitFor();
        expect(await slow.evaluate(MOVING)).toBe(0);
        await slow.locator('.loading').first().waitFor({ state: 'detached' });
        const shifts = await world.browser.layoutShifts(slow);
        const sum = shifts.reduce((total, { value }) => total + value, 0);
        expect({ width, shifts: sum > MOST_SHIFT ? shifts : [] }).toEqual({ width, shifts: [] });
        if (width === 3840) {
          await world.browser.picture(slow, `${name}-4k`);
          expect(await slow.evaluate(SMALLEST_TEXT)).toBeGreaterThanOrEqual(LEAST_TEXT);
        }
        await slow.context().close();
      }
      const page = await world.open(withoutApp(path));
      expect(page.url()).toBe(`${world.api.url}${path}`);
      await page.locator('h1').first().waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width: 1280, height: 800 });
        await world.browser.picture(page, `${name}-${theme}`);
        expect(await world.browser.accessibilityProblems(page)).toEqual([]);
        await page.setViewportSize({ width: 320, height: 640 });
        await world.browser.picture(page, `${name}-${theme}-narrow`);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      }
      await page.context().close();
      // Chromium calls the status of an address that is missing a problem
      const problems = world.browser.problems.splice(0);
      expect(name === 'missing' ? problems.filter((one) => !one.includes('404')) : problems).toEqual([]);
    },
  );
});

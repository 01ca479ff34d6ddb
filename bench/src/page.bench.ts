/**
 * The list of operations in a real Chromium, with 10,000 operations in the store of a real API: time to the first rows, frames of a scroll,
 * and time from an event to the frame that shows it while 20 trainings run. A blank page is scrolled too: it shows what this machine
 * can do at the moment.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSampleBars } from '@ktrdr/market-data';
import { fillOperations } from '@ktrdr/operation-store/testing';
import { Sandbox, strategyText, type TestService } from '@ktrdr/service-kit/testing';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { EVENT_TO_PIXEL, FIRST_ROWS, scrollScript } from './page/probes.js';
import { median, percentile, printRow, report, type ReportRow } from './report.js';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const STORED = 10_000;
/** Lease of the stored operations that run: they must stay as they are. */
const LEASE_MS = 3_600_000;
const LOADS = 5;
const FIRST_ROWS_MS = 1_000;
const SCROLL_MS = 5_000;
const SCROLL_PIXELS = 40;
/** A frame of 60 a second, with the rounding of its time stamps. */
const FRAME_MS = 16.7;
const TRAININGS = 20;
/** Twenty processes start. */
const START_MS = 180_000;
/** All trainings are in the window, px. */
const ALL_ROWS_HEIGHT = 1_600;
const WATCHED_MS = 20_000;
const PIXEL_MS = 250;
/** Trains until it is stopped; the processor is mostly free for the page. */
const STEADY = strategyText({ epochs: 100_000, batchSize: 256, paceMs: 100 });

function row(
  measure: string,
  value: number,
  unit: string,
  mark: [text: string, met: boolean] | null = null,
): ReportRow {
  const made = {
    measure,
    value,
    unit,
    mark: mark?.[0] ?? null,
    met: mark?.[1] ?? null,
    load: loadavg()[0] ?? null,
  };
  printRow(made);
  return made;
}

/** A new person's page: nothing is in its cache. */
async function newPage(browser: Browser, script?: string, height = 800): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height } });
  if (script !== undefined) await context.addInitScript(script);
  return context.newPage();
}

/** Processor time of the page's main thread since `Performance.enable`, ms. Other work of the machine does not count. */
async function processorMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

async function startCounting(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

async function firstRows(browser: Browser, url: string): Promise<ReportRow[]> {
  const times: number[] = [];
  const busy: number[] = [];
  while (times.length < LOADS) {
    const page = await newPage(browser, FIRST_ROWS);
    const session = await startCounting(page);
    await page.goto(`${url}/app/operations`);
    times.push((await page.evaluate('window.firstRows')) as number);
    busy.push(await processorMs(session));
    await page.context().close();
  }
  const value = median(times);
  return [
    row(`navigation to the first rows, median of ${LOADS}`, value, 'ms', [
      `< ${FIRST_ROWS_MS}`,
      value < FIRST_ROWS_MS,
    ]),
    row('processor time of the page until then', median(busy), 'ms'),
  ];
}

async function scroll(name: string, page: Page): Promise<ReportRow[]> {
  const session = await startCounting(page);
  const before = await processorMs(session);
  const gaps = (await page.evaluate(scrollScript(SCROLL_PIXELS, SCROLL_MS))) as number[];
  const busy = (await processorMs(session)) - before;
  await page.context().close();
  const inTime = gaps.filter((gap) => gap <= FRAME_MS).length / gaps.length;
  const perSecond = (1_000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0);
  return [
    row(`${name}: frames a second`, perSecond, '', ['60', perSecond > 59.5]),
    row(`${name}: frames of at most ${FRAME_MS} ms`, 100 * inTime, '%'),
    row(`${name}: longest frame`, percentile(gaps, 1), 'ms'),
    row(`${name}: processor time of a frame`, busy / gaps.length, 'ms'),
  ];
}

async function scrolls(browser: Browser, url: string): Promise<ReportRow[]> {
  const blank = await newPage(browser);
  await blank.setContent('<div style="height: 1000000px"></div>');
  const list = await newPage(browser);
  await list.goto(`${url}/app/operations`);
  await list.locator('[data-row] [data-focus]').first().waitFor();
  return [...(await scroll('blank page', blank)), ...(await scroll('list', list))];
}

async function eventToPixel(browser: Browser, api: TestService): Promise<ReportRow[]> {
  const ids = await Promise.all(
    Array.from({ length: TRAININGS }, (_, seed) => api.startTraining({ strategy: STEADY, seed })),
  );
  for (const id of ids) await api.untilTraining(id, START_MS);
  const page = await newPage(browser, EVENT_TO_PIXEL, ALL_ROWS_HEIGHT);
  await page.goto(`${api.url}/app/operations`);
  await page.locator('[data-row] [data-focus]').first().waitFor();
  await page.evaluate('window.delays.length = 0');
  await sleep(WATCHED_MS);
  const delays = (await page.evaluate('window.delays')) as number[];
  await page.context().close();
  await Promise.all(ids.map((id) => api.post(`/operations/${id}/cancel`)));
  const p95 = percentile(delays, 0.95);
  const name = `event to pixel, ${TRAININGS} trainings run`;
  return [
    row(`${name}: events`, delays.length, ''),
    row(`${name}: p50`, percentile(delays, 0.5), 'ms'),
    row(`${name}: p95`, p95, 'ms', [`< ${PIXEL_MS}`, p95 < PIXEL_MS]),
    row(`${name}: longest`, percentile(delays, 1), 'ms'),
  ];
}

async function measure(): Promise<ReportRow[]> {
  const sandbox = await Sandbox.create();
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const stateDir = sandbox.path('state');
    await mkdir(stateDir);
    await fillOperations({ stateDir }, STORED, LEASE_MS);
    const range = { startDate: '2024-01-01', endDate: '2024-06-30' };
    await writeSampleBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h', ...range });
    const hook = new URL('page/stamp-hook.js', import.meta.url);
    const api = await sandbox.startApi('bench', {
      STATE_DIR: stateDir,
      NODE_OPTIONS: `--import ${hook.href}`,
      TRAINING_MAX_LOCAL: String(TRAININGS),
    });
    return [
      ...(await firstRows(browser, api.url)),
      ...(await scrolls(browser, api.url)),
      ...(await eventToPixel(browser, api)),
    ];
  } finally {
    await browser.close();
    await sandbox.close();
  }
}

if (existsSync(CHROMIUM)) await report('page', await measure());
else console.log(`Nothing was measured: there is no Chromium at ${CHROMIUM}. Set CHROMIUM_PATH to its path.`);

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM } from '../../../tools/requirements.js';
import { SlowNetwork } from './slow-network.js';

/** What a test may choose of a window. */
export interface WindowOptions {
  /** px. */
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  /** True: the user prefers reduced motion. */
  isStill?: boolean;
}

/** One violation that axe found. */
export interface AccessibilityProblem {
  rule: string;
  help: string;
  elements: string[];
}

/** Something that moved although nobody touched the page. */
export interface LayoutShift {
  /** Share of the window that moved, times the share of the window by which it moved. */
  value: number;
  /** What moved: each element, from and to which place. */
  moved: string[];
}

/** A page may wait for a training on a busy machine, ms. */
const PATIENCE_MS = 60_000;
/** Longest delay of each answer to the browser, ms; 0: none. Shows what a test or the page takes for granted. */
const DELAY_MS = Number(process.env['KTRDR_PAGE_DELAY_MS'] ?? 0);
/** How many times slower the pages run. */
const SLOWDOWN = Number(process.env['KTRDR_PAGE_SLOWDOWN'] ?? 1);

/** Wait between two answers of a slow API, ms: each has a frame of its own. */
const SLOW_MS = 50;

/** A real Chromium. Everything that a page writes to its console as an error, and every uncaught error, is a problem. */
export class TestBrowser {
  /** Errors of all pages so far. A test that expects one removes it. */
  readonly problems: string[] = [];
  private axe: string | null = null;

  private constructor(
    private readonly browser: Browser,
    private readonly network: SlowNetwork | null,
  ) {}

  static async launch(): Promise<TestBrowser> {
    // tests run as root in containers, where Chromium's own sandbox does not start
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const network = DELAY_MS > 0 ? await SlowNetwork.start(DELAY_MS) : null;
    // Chromium by itself uses no proxy for local addresses
    const proxy = network === null ? {} : { proxy: { server: network.url, bypass: '<-loopback>' } };
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args, ...proxy }), network);
  }

  /** Windows of one context share cookies and storage: tabs of one person. */
  async context({
    width = 1280,
    height = 800,
    theme = 'light',
    isStill = false,
  }: WindowOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: isStill ? 'reduce' : 'no-preference',
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  }

  /** A new tab of `context`, which is a new person by default. */
  async open(address: string, options: WindowOptions = {}, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await this.context(options))).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.message}`));
    if (SLOWDOWN > 1) {
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    }
    await page.goto(address);
    return page;
  }

  /** A new tab whose requests are answered one after another, as over a slow network. */
  async openSlowly(address: string, options: WindowOptions = {}): Promise<Page> {
    const context = await this.context(options);
    let answers = 0;
    await context.route(isRequestOfPage, async (route) => {
      answers += 1;
      await sleep(answers * SLOW_MS);
      // a page that has gone on does not wait for it
      await route.continue().catch(() => undefined);
    });
    return this.open(address, options, context);
  }

  /** What has moved since the page was opened. */
  async layoutShifts(page: Page): Promise<LayoutShift[]> {
    return (await page.evaluate(LAYOUT_SHIFTS)) as LayoutShift[];
  }

  /** Checks what the page shows now with axe (WCAG 2.2 A and AA, and its best practices). */
  async accessibilityProblems(page: Page): Promise<AccessibilityProblem[]> {
    this.axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // the content policy of the page forbids scripts from elsewhere; the debugger's own evaluation is not bound by it
    await page.evaluate(this.axe);
    const violations = await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html) })))',
    );
    return (violations as { id: string; help: string; nodes: string[] }[]).map(({ id, help, nodes }) => ({
      rule: id,
      help,
      elements: nodes,
    }));
  }

  /** Keeps a picture of the page in the folder that `KTRDR_PICTURES` names; without it does nothing. */
  async picture(page: Page, name: string): Promise<void> {
    const folder = process.env['KTRDR_PICTURES'];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.network?.close();
  }
}

/** Files of the page are there at once; the API's answers are not. */
function isRequestOfPage({ pathname }: URL): boolean {
  return !/^\/(assets|app)\/|^\/$|\.\w+$/.test(pathname);
}

const LAYOUT_SHIFTS = `(() => {
  const placeOf = ({ left, top, width, height }) => [left, top, width, height].map(Math.round).join(' ');
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type: 'layout-shift', buffered: true });
  return observer
    .takeRecords()
    .filter(({ hadRecentInput }) => !hadRecentInput)
    .map(({ value, sources }) => ({
      value,
      moved: sources.map(
        ({ node, previousRect, currentRect }) =>
          (node?.cloneNode(false).outerHTML ?? node?.textContent) + ': ' + placeOf(previousRect) + ' to ' + placeOf(currentRect),
      ),
    }));
})()`;

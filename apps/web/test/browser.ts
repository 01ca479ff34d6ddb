import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM } from '../../../tools/requirements.js';

/** What a test may choose of a window. */
export interface WindowOptions {
  /** px. */
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
}

/** One violation that axe found. */
export interface AccessibilityProblem {
  rule: string;
  help: string;
  elements: string[];
}

/** A real Chromium. Everything that a page writes to its console as an error, and every uncaught error, is a problem. */
export class TestBrowser {
  /** Errors of all pages so far. A test that expects one removes it. */
  readonly problems: string[] = [];
  private axe: string | null = null;

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<TestBrowser> {
    // tests run as root in containers, where Chromium's own sandbox does not start
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args }));
  }

  /** Windows of one context share cookies and storage: tabs of one person. */
  context({ width = 1280, height = 800, theme = 'light' }: WindowOptions = {}): Promise<BrowserContext> {
    return this.browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
  }

  /** A new tab of `context`, which is a new person by default. */
  async open(address: string, options: WindowOptions = {}, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await this.context(options))).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.message}`));
    await page.goto(address);
    return page;
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

  close(): Promise<void> {
    return this.browser.close();
  }
}

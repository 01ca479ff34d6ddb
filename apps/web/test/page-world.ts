import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@ktrdr/contracts/testing';
import type { OperationStarted } from '@ktrdr/contracts';
import { dataOf, QUICK, request, Sandbox, type TestService } from '@ktrdr/service-kit/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { TestBrowser, type WindowOptions } from './browser.js';

/** Name of the one strategy file in the world's folder of strategies. */
export const STRATEGY = 'pattern';

/** Settings of an API that continues its trainings soon after it was killed, and not because the machine is busy. */
export const RESUMES = { LEASE_MS: '3000', ON_INTERRUPT: 'resume' };

/** A built API with bars and a strategy, on a port that stays the same over restarts, and a browser. */
export class PageWorld {
  private constructor(
    readonly sandbox: Sandbox,
    readonly browser: TestBrowser,
    private readonly settings: Record<string, string>,
    private service: TestService,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<PageWorld> {
    const sandbox = await Sandbox.create();
    try {
      const strategies = sandbox.path('strategies');
      await mkdir(strategies);
      await writeFile(join(strategies, `${STRATEGY}.yaml`), QUICK);
      const all = {
        PORT: String(await freePort()),
        STRATEGIES_DIR: strategies,
        ...settings,
      };
      const service = await sandbox.startApi('api', all);
      return new PageWorld(sandbox, await TestBrowser.launch(), all, service);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  get api(): TestService {
    return this.service;
  }

  /** 1h bars of AAPL, enough for a short training. */
  async addBars(): Promise<void> {
    await this.post('/data/sample', {
      symbol: 'AAPL',
      timeframe: '1h',
      start_date: '2024-01-01',
      end_date: '2024-03-31',
    });
  }

  async post<Answer>(path: string, body: object): Promise<Answer> {
    return dataOf(await request<Answer>('POST', `${this.api.url}${path}`, body));
  }

  /** Trains to the end. @returns id of the operation */
  async train(request: Parameters<TestService['startTraining']>[0]): Promise<string> {
    const id = await this.api.startTraining(request);
    await this.api.untilOperation(id, ({ status }) => status === 'completed');
    return id;
  }

  /** @returns id of the operation */
  async start(path: string, body: object): Promise<string> {
    return (await this.post<OperationStarted>(path, body)).operation_id;
  }

  open(path: string, options?: WindowOptions, context?: BrowserContext): Promise<Page> {
    return this.browser.open(`${this.api.url}${path}`, options, context);
  }

  async killApi(): Promise<void> {
    this.api.kill('SIGKILL');
    await this.api.ended;
  }

  async restartApi(): Promise<void> {
    this.service = await this.sandbox.startApi('api', this.settings);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.sandbox.close();
  }
}

import { describe, expect, test } from '@jest/globals';
import type { DownloadMetadata, ImportMetadata } from '@ktrdr/contracts';
import { commandLine } from './command-line.js';
import { operation } from './wire-server.js';

describe('commands of operations', () => {
  const cli = commandLine();

  test('operations list shows the operations and the offset of the next page', async () => {
    cli.server.answers.set('GET /operations', () => ({
      data: { operations: [operation()], total_count: 3, active_count: 1 },
    }));
    expect(await cli.run('operations', 'list', '--limit', '1')).toBe(0);
    expect(cli.context.stdout()).toContain('op_dummy_20261123T101500_k3f9  running 0.0%');
    expect(cli.context.stdout()).toContain('1 to 1 of 3 operations (next: --offset 1), 1 active');
  });

  test.each([
    [
      operation({ status: 'failed', resumable: true, error: { code: 'interrupted', message: '' } }),
      'interrupted, resumable',
    ],
    [operation({ status: 'failed', error: { code: 'interrupted', message: '' } }), 'interrupted'],
    [operation({ status: 'cancelled', resumable: true }), 'cancelled, resumable'],
    [operation({ status: 'failed', error: { code: 'disk_full', message: '' } }), 'failed'],
  ])('operations list marks resumable operations: %#', async (ended, words) => {
    cli.server.answers.set('GET /operations', () => ({
      data: { operations: [ended], total_count: 1, active_count: 0 },
    }));
    expect(await cli.run('operations', 'list')).toBe(0);
    expect(cli.context.stdout()).toMatch(new RegExp(`${ended.operation_id} {2}${words} {2,}`));
  });

  test('operations list says what an import and a download bring, not their last step', async () => {
    const symbols = ['A', 'BTC/USDT', 'C', 'D', 'E'];
    const ofImport: ImportMetadata = { parameters: {}, file: 'all.zip', symbols };
    const ofDownload: DownloadMetadata = {
      parameters: {},
      symbol: 'BTC/USDT',
      timeframe: '1h',
      source: 'binance',
    };
    const operations = [
      operation({ operation_type: 'import', metadata: ofImport }),
      operation({ operation_type: 'download', metadata: ofDownload }),
    ];
    cli.server.answers.set('GET /operations', () => ({
      data: { operations, total_count: 2, active_count: 2 },
    }));
    expect(await cli.run('operations', 'list')).toBe(0);
    expect(cli.context.stdout()).toMatch(/ {2}all\.zip: A,BTC\/USDT,C and 2 more\n/);
    expect(cli.context.stdout()).toMatch(/ {2}BTC\/USDT 1h from binance\n/);
  });

  test('operations show', async () => {
    const { operation_id } = cli.server.set(operation({ warnings: ['A warning.'] }));
    expect(await cli.run('operations', 'show', operation_id)).toBe(0);
    expect(cli.context.stdout()).toContain('  status      running\n');
    expect(cli.context.stdout()).toContain('  warning: A warning.\n');
    expect(cli.context.stdout()).not.toMatch(/undefined|null/);
  });

  test('operations show of a cancelled operation shows the reason', async () => {
    const { operation_id } = cli.server.set(operation({ status: 'cancelled', cancel_reason: 'wrong file' }));
    expect(await cli.run('operations', 'show', operation_id)).toBe(0);
    expect(cli.context.stdout()).toMatch(/^ {2}reason +wrong file$/m);
  });

  test('operations show of a failed operation shows the message and the code', async () => {
    const error = { code: 'disk_full', message: 'The disk is full.' } as const;
    const { operation_id } = cli.server.set(operation({ status: 'failed', error }));
    expect(await cli.run('operations', 'show', operation_id)).toBe(0);
    expect(cli.context.stdout()).toContain('  error       The disk is full.\n  code        disk_full\n');
    expect(await cli.run('operations', 'show', operation_id, '--verbose')).toBe(0);
    expect(cli.context.stdout().match(/disk_full/g)).toHaveLength(2);
  });

  test('operations show of a later attempt shows the history', async () => {
    const { operation_id } = cli.server.set(operation({ attempt: 2 }));
    cli.server.answers.set(`GET /operations/${operation_id}/history`, () => ({
      data: {
        operation_id,
        history: [
          { at: '2026-11-23T10:15:00.000Z', attempt: 1, status: 'failed', cause: 'interrupted: gone' },
          { at: '2026-11-23T10:16:00.000Z', attempt: 2, status: 'running', cause: null },
        ],
      },
    }));
    expect(await cli.run('operations', 'show', operation_id)).toBe(0);
    expect(cli.context.stdout()).toMatch(/2026-11-23 10:15 +1 +failed +interrupted: gone\n/);
  });

  describe('operations prune', () => {
    const prune = ['operations', 'prune', '--older-than', '30'];

    test('refuses without --yes if there is no terminal to ask', async () => {
      await expect(cli.run(...prune)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('ended more than 30 days ago cannot be undone'),
      });
      expect(cli.server.requests).toEqual([]);
    });

    test('--yes removes operations and prints their number', async () => {
      cli.server.answers.set('DELETE /operations', ({ query }) => ({
        data: { removed: query['older_than_days'] === '30' ? 2 : 0 },
      }));
      expect(await cli.run(...prune, '--yes')).toBe(0);
      expect(cli.context.stdout()).toBe('Removed 2 operations.\n');
    });
  });
});

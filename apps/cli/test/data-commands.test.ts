import { describe, expect, test } from '@jest/globals';
import { commandLine } from './command-line.js';

describe('commands of bars', () => {
  const cli = commandLine();

  test('data sample', async () => {
    cli.server.answers.set('POST /data/sample', () => ({
      data: {
        symbol: 'AAPL',
        timeframe: '1h',
        file: 'AAPL_1h.csv',
        path: '/bars/AAPL_1h.csv',
        rows: 3497,
        first: '2023-01-02T14:00:00.000Z',
        last: '2024-12-31T20:00:00.000Z',
        synthetic: true,
        source: null,
      },
    }));
    expect(await cli.run('data', 'sample', 'AAPL', '1h', '--seed', '3', '--overwrite')).toBe(0);
    expect(cli.server.requests[0]?.body).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      seed: 3,
      overwrite: true,
    });
    expect(cli.context.stdout()).toBe(
      'AAPL 1h: 3,497 rows of synthetic bars, 2023-01-02 14:00 to 2024-12-31 20:00 UTC, in /bars/AAPL_1h.csv\n',
    );
  });

  describe('data check', () => {
    const report = { symbol: 'XYZ', timeframe: '1d', bars: 1700, start: '2014-07-01', end: '2021-03-31' };
    const split = {
      kind: 'split',
      severity: 'warning',
      message: 'The price jumps 2 times.',
      bars: 2,
      share: 0.001,
      first: '2018-01-26',
      last: '2019-01-26',
      examples: [
        { time: '2018-01-26', text: 'from 171.1 to 43: like a split 4:1' },
        { time: '2019-01-26', text: 'from 50 to 25: like a split 2:1' },
      ],
    };
    const refused = {
      ...split,
      kind: 'refused',
      severity: 'error',
      message: 'C_4h.csv:9: wrong',
      examples: [],
    };

    test('shows every finding with its places, and the files without one', async () => {
      cli.server.answers.set('GET /data/check', () => ({
        data: {
          reports: [
            {
              ...report,
              file: 'XYZ_1d.csv',
              findings: [split, { ...split, severity: 'note', examples: [split.examples[0]] }],
            },
            { ...report, file: 'ABC_1d.csv', findings: [] },
          ],
        },
      }));
      // across a split, results are wrong
      expect(await cli.run('data', 'check', 'XYZ', '1d')).toBe(1);
      expect(cli.server.requests[0]?.query).toEqual({ symbol: 'XYZ', timeframe: '1d' });
      expect(cli.context.stdout()).toBe(
        [
          'XYZ_1d.csv   1,700 bars, 2014-07-01 to 2021-03-31',
          '  warning: The price jumps 2 times.',
          '      2018-01-26   from 171.1 to 43: like a split 4:1',
          '      2019-01-26   from 50 to 25: like a split 2:1',
          '  note: The price jumps 2 times.',
          '',
          'Nothing unusual:',
          '  file        first (UTC)  last (UTC)   bars',
          '  ABC_1d.csv  2014-07-01   2021-03-31  1,700',
          '',
        ].join('\n'),
      );
    });

    test.each([
      ['split', 'note'],
      ['bad_print', 'warning'],
      ['missing_bars', 'warning'],
    ])('does not fail for %s as a %s', async (kind, severity) => {
      const findings = [{ ...split, kind, severity }];
      const reports = [{ ...report, file: 'XYZ_1d.csv', findings }];
      cli.server.answers.set('GET /data/check', () => ({ data: { reports } }));
      expect(await cli.run('data', 'check')).toBe(0);
    });

    test('fails if a file cannot be read; --json prints the reports', async () => {
      const reports = [{ ...report, bars: 0, start: null, end: null, file: 'C_4h.csv', findings: [refused] }];
      cli.server.answers.set('GET /data/check', () => ({ data: { reports } }));
      expect(await cli.run('data', 'check')).toBe(1);
      expect(cli.context.stdout()).toBe('C_4h.csv\n  error: C_4h.csv:9: wrong\n');
      expect(await cli.run('data', 'check', '--json')).toBe(1);
      expect(cli.context.stdout()).toContain(JSON.stringify({ reports }, null, 2));
    });

    test('says where bars belong if there are none', async () => {
      cli.server.answers.set('GET /data/check', () => ({ data: { reports: [] } }));
      expect(await cli.run('data', 'check')).toBe(0);
      expect(cli.context.stdout()).toContain('DATA_DIR');
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { commandLine } from './command-line.js';

const COMPUTE = ['indicators', 'compute', 'macd', '--symbol', 'AAPL', '--timeframe', '1h'];

describe('commands of indicators', () => {
  const cli = commandLine();

  test('indicators compute sends the given options and shows the last rows', async () => {
    const bars = Array.from({ length: 30 }, (_, t) => t);
    cli.server.answers.set('POST /indicators/compute', () => ({
      data: {
        symbol: 'AAPL',
        timeframe: '1h',
        type: 'macd',
        params: { fast_period: 5, source: 'high' },
        timestamps: bars.map((t) => `2024-01-${String(t + 1).padStart(2, '0')}`),
        outputs: {
          line: bars.map((t) => (t < 12 ? null : 1.07083 + t / 3)),
          signal: bars.map(() => -123_456_789),
        },
        warnings: ['adjust has no effect: it is so'],
      },
    }));
    const more = ['--params', 'fast_period=5, source=high,adjust=false', '--start-date', '2024-01-01'];
    expect(await cli.run(...COMPUTE, ...more)).toBe(0);
    expect(cli.server.requests.map(({ body }) => body)).toEqual([
      {
        symbol: 'AAPL',
        timeframe: '1h',
        type: 'macd',
        params: { fast_period: 5, source: 'high', adjust: false },
        start_date: '2024-01-01',
      },
    ]);
    const lines = cli.context.stdout().split('\n');
    expect(lines[0]).toBe(
      'macd (fast_period 5, source high) of AAPL 1h: the last 20 of 30 bars; use --json for all',
    );
    expect(lines[2]).toBe('  bar              line      signal');
    expect(lines[3]).toBe('  2024-01-11          -  -123456789');
    expect(lines[5]).toBe('  2024-01-13    5.07083  -123456789');
    expect(lines).toHaveLength(3 + 20 + 1);
    expect(cli.context.stderr()).toBe('\n  warning: adjust has no effect: it is so\n');
  });

  test('indicators list shows parameters with defaults, except those without effect', async () => {
    const parameter = {
      min: 1,
      max: 9,
      min_exclusive: false,
      max_exclusive: false,
      options: null,
      aliases: [],
    };
    cli.server.answers.set('GET /indicators', () => ({
      data: {
        indicators: [
          {
            type: 'aroon',
            summary: 'How recent extremes are',
            aliases: [],
            parameters: [
              { ...parameter, name: 'period', kind: 'whole', default: 14, no_effect: null },
              { ...parameter, name: 'include', kind: 'flag', default: true, no_effect: 'always there' },
            ],
            outputs: ['up', 'down'],
            warm_up: [14, 14],
            look_ahead: null,
          },
        ],
      },
    }));
    expect(await cli.run('indicators', 'list')).toBe(0);
    expect(cli.context.stdout()).toBe(
      [
        '  type   parameters  outputs   about',
        '  aroon  period 14   up, down  How recent extremes are',
        '',
      ].join('\n'),
    );
  });
});

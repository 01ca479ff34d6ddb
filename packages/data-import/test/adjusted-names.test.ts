import { expect, test } from '@jest/globals';
import { refusal, understand } from './understand-file.js';

const text = (close: string, more = ''): string =>
  [`Date,Open,High,Low,${close}${more}`, '2024-01-02,1,2,0.5,1.5,1', '2024-01-03,1,2,0.5,1.5,1'].join('\n');

test.each([
  'Adj Close',
  'Close (adj)',
  'Close (adj.)',
  'Close (Adjusted)',
  'Close (split adjusted)',
  'close (split & dividend adjusted)',
  'Close [adj]',
  'Adj. Close**',
  'adjClose',
  'close_adj',
  'closeadj',
  'Closing Price (adj)',
  'Last (adj)',
  'Schlusskurs (bereinigt)',
  'Cours ajusté',
  'Cierre (ajustado)',
  '收盘价(前复权)',
  '收盘_后复权',
])('%s is an adjusted close, not the close', async (name) => {
  expect(await refusal(text(name, ',Volume'))).toMatchObject({
    message: expect.stringContaining('there is no column for close: a bar needs open, high, low and close'),
  });
  const beside = text('Close', `,${name}`);
  expect((await understand(beside, { adjust: 'close' })).bars).toEqual([
    'AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1 0]',
  ]);
  const { bars, notes } = await understand(text(name, ',Volume'), { columns: { close: name } });
  expect(bars).toEqual(['AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1.5 1]']);
  expect(notes).toBe('');
});

test.each([
  'Close (unadjusted)',
  'Close (not adjusted)',
  'Close (USD)',
  'Schlusskurs (unbereinigt)',
  '收盘价(不复权)',
])('%s is the close', async (name) => {
  expect((await understand(text(name, ',Volume'))).bars).toEqual([
    'AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1.5 1]',
  ]);
});

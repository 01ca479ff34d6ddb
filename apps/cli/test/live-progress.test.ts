import { expect, test } from '@jest/globals';
import { Output } from '../src/output.js';
import { LiveProgress } from '../src/progress/live-progress.js';
import { operation, progress, STARTED_AT } from './wire-server.js';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const WRAP_LINES = '\u001b[?7h';
const CLEAR_BELOW = '\u001b[0J';

test('the cursor is hidden while the progress is drawn, and restored at the end', () => {
  let written = '';
  const terminal = {
    isTTY: true,
    columns: 80,
    write: (text: string) => {
      written += text;
    },
  };
  const output = new Output(terminal, terminal, { colour: 'never', dumb: false });
  const now = Date.parse(STARTED_AT) + 12_000;
  const display = new LiveProgress(output, { now: () => now });
  display.note('Operation op_1');
  display.show({
    operation: operation({
      progress: progress({ percentage: 34.2, current_step: 'Working', eta_seconds: 80 }),
    }),
    receivedAt: now,
    lost: false,
    cancelRequested: false,
  });
  display.note('A note above.');
  expect(written.startsWith('Operation op_1\n')).toBe(true);
  expect(written).toContain(HIDE_CURSOR);
  expect(written).toContain('⠋ Working');
  expect(written).toContain('━━━━━━━━━━━━━╸──────────────────────────  34.2%  elapsed 12s  ETA 1m 20s');
  expect(written).toContain('A note above.\u001b[K\n');
  display.stop();
  display.stop();
  expect(written.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(written.lastIndexOf(HIDE_CURSOR));
  expect(written).toContain(WRAP_LINES);
  expect(written.endsWith(CLEAR_BELOW)).toBe(true);
});

import { expect, test } from '@jest/globals';
import { Output } from '../output.js';
import { withWaitingLine } from './waiting-line.js';

/** A terminal and a clock that each draw moves on. */
function terminal(columns: number) {
  let written = '';
  const stream = { isTTY: true, columns, write: (text: string) => (written += text) };
  const output = new Output(stream, stream, { colour: 'never', dumb: false });
  return { output, written: () => written };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('long work has a line that fits into the terminal and is cleared at the end', async () => {
  const { output, written } = terminal(40);
  let now = 0;
  const clock = { now: () => (now += 1000) };
  const text = `Reading ${'x'.repeat(100)}.csv`;
  const result = await withWaitingLine(output, clock, text, async () => {
    await until(() => written().includes('elapsed 2s'));
    return 'done';
  });
  expect(result).toBe('done');
  const lines = written().split('\r\u001b[K');
  expect(lines[1]).toMatch(/^⠋ Reading x+… {2}elapsed 1s$/);
  for (const line of lines) expect(line.length).toBeLessThan(40);
  expect(lines.at(-1)).toBe('');
});

test('short work and work that fails leave nothing', async () => {
  const { output, written } = terminal(80);
  const failing = withWaitingLine(output, { now: () => 0 }, 'Reading a.csv', () =>
    Promise.reject(new Error('no')),
  );
  await expect(failing).rejects.toThrow('no');
  expect(written()).toBe('');
});

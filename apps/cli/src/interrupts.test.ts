import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { listenForInterrupts } from './interrupts.js';

test('signals within 300 ms are one press of Ctrl+C; later ones are the next', () => {
  const source = new EventEmitter();
  let now = 0;
  const presses: number[] = [];
  const stop = listenForInterrupts(
    source,
    { now: () => now },
    { onInterrupt: (press) => presses.push(press), onTerminate: () => presses.push(-1) },
  );
  for (const at of [1_000, 1_005, 1_290, 1_300, 1_599, 5_000]) {
    now = at;
    source.emit('SIGINT');
  }
  source.emit('SIGTERM');
  stop();
  source.emit('SIGINT');
  expect(presses).toEqual([1, 2, 3, -1]);
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatherWindows } from './gather-windows.js';
import type { ModelSpec } from '../network/model-spec.js';

function lstm(inputs: number, sequenceLength: number): ModelSpec {
  return { type: 'lstm', inputs, sequenceLength, hiddenSize: 1, layers: 1, dropout: 0, outputs: 3 };
}

test('windows are the bars up to their ends, bit by bit, for every width and alignment', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      fc.array(fc.nat({ max: 99 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
      (inputs, steps, isShifted, starts, values) => {
        const bars = steps + 100;
        const memory = new Float32Array(bars * inputs + 1);
        const features = memory.subarray(isShifted ? 1 : 0).subarray(0, bars * inputs);
        features.forEach((_, i) => (features[i] = values[(i * 7) % values.length]! + (i % 3)));
        const ends = Int32Array.from(starts, (start) => start + steps - 1);
        const target = new Float32Array(ends.length * steps * inputs);
        gatherWindows(features, lstm(inputs, steps), ends, target);
        const expected = starts.flatMap((start) => [
          ...features.subarray(start * inputs, (start + steps) * inputs),
        ]);
        expect(new Uint32Array(target.buffer)).toEqual(new Uint32Array(Float32Array.from(expected).buffer));
      },
    ),
  );
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

/** Only in a separate process: the first session switches the thread for good. */
const WITHOUT_DENORMALS = `
  import { gatherWindows } from '${import.meta.resolve('../../dist/data/gather-windows.js')}';
  import { treatDenormalsAsZero } from '${import.meta.resolve('../../dist/engines/onnx/denormals.js')}';
  import { createEngine } from '${import.meta.resolve('../../dist/engines/create-engine.js')}';
  treatDenormalsAsZero();
  const model = { type: 'mlp', inputs: 2, layers: [], outputs: 1 };
  const optimiser = { type: 'sgd', weightDecay: 0, gradientClip: null };
  const setup = { model, optimiser, loss: { type: 'mse' }, parameters: new Float32Array(3), gradientNorms: false };
  await (await createEngine('onnx')).init(setup);
  const rows = 256;
  const features = Float32Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? 0.5 : 0));
  const ends = Int32Array.from({ length: rows }, (_, row) => row);
  const target = new Float32Array(features.length);
  let wrong = 0;
  for (let run = 0; run < 500; run += 1) {
    gatherWindows(features, model, ends, target.fill(9));
    wrong += target.filter((value, i) => value !== features[i]).length;
  }
  console.log(Number.MIN_VALUE * 1 === 0, wrong);
`;

test('a process that treats denormal numbers as zero copies a value followed by 0 unchanged', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    WITHOUT_DENORMALS,
  ]);
  expect(stdout).toBe('true 0\n');
});

/**
 * Program: reads one `PredictionRun` as a line of JSON from stdin, computes it and writes one line of JSON, a `PredictionAnswer`. If
 * stdin ends before that, the parent has ended, and the program exits.
 */
import { createInterface } from 'node:readline';
import { KtrdrError } from '@ktrdr/contracts';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { predict, type PredictionRun } from './predict.js';
import type { PredictionAnswer } from './run-prediction-process.js';

async function answer(line: string): Promise<PredictionAnswer> {
  try {
    return { prediction: await predict(JSON.parse(line) as PredictionRun) };
  } catch (error) {
    if (error instanceof KtrdrError) return { error: error.toBody() };
    throw error;
  }
}

// as in training: a prediction is the same, bit for bit
treatDenormalsAsZero();
const lines = createInterface({ input: process.stdin });
lines.once('close', () => process.exit(1));
lines.once('line', (line) => {
  void answer(line).then((found) => {
    process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
  });
});

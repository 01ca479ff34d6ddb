/**
 * Program: reads one `BacktestRequest` as a line of JSON from stdin and computes it. Writes a line of JSON for each step, then one
 * with the outcome or the error. If stdin ends before that, the parent has ended, and the program exits.
 */
import { createInterface } from 'node:readline';
import { KtrdrError } from '@ktrdr/contracts';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { backtestModel } from './backtest-model.js';
import type { BacktestMessage, BacktestRequest } from './run-backtest-process.js';

function say(message: BacktestMessage, then?: () => void): void {
  process.stdout.write(`${JSON.stringify(message)}\n`, then);
}

async function answer(line: string): Promise<BacktestMessage> {
  try {
    const { run, outputDir } = JSON.parse(line) as BacktestRequest;
    return { outcome: await backtestModel(run, outputDir, (step) => say({ step })) };
  } catch (error) {
    if (error instanceof KtrdrError) return { error: error.toBody() };
    throw error;
  }
}

// as in training: a decision is the same, bit for bit
treatDenormalsAsZero();
const lines = createInterface({ input: process.stdin });
lines.once('close', () => process.exit(1));
lines.once('line', (line) => {
  void answer(line).then((found) => say(found, () => process.exit(0)));
});

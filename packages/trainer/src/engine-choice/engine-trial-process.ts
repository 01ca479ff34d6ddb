/**
 * Program: loads an engine, times training steps and prints the result, an `EngineTrial` as JSON. Arguments: the engine's name, the
 * `TrialNetwork` as JSON. Its standard input is a pipe without data: when the parent ends, the pipe ends, and so does the program.
 */
import { ENGINE_NAMES, type EngineName } from '@ktrdr/contracts';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { createEngine } from '../engines/create-engine.js';
import type { EngineTrial } from './engine-trial.js';
import { timeSteps } from './time-steps.js';
import type { TrialNetwork } from './trial-network.js';

async function tryEngine(name: EngineName, network: TrialNetwork): Promise<EngineTrial> {
  try {
    const engine = await createEngine(name);
    const msPerStep = await timeSteps(engine, network, performance);
    engine.dispose();
    return { msPerStep };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

/** The first line of the original error. If a module is missing, Node lists the requiring files on the next lines. */
function reasonOf(error: unknown): string {
  const original = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (original instanceof Error ? original.message : String(original)).split('\n')[0]!;
}

treatDenormalsAsZero();
const [name, network] = process.argv.slice(2);
const known = ENGINE_NAMES.find((one) => one === name);
if (known === undefined || network === undefined) {
  throw new Error('usage: engine-trial-process.js <engine> <network>');
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(1));
void tryEngine(known, JSON.parse(network) as TrialNetwork).then((trial) => {
  process.stdin.destroy();
  process.stdout.write(`${JSON.stringify(trial)}\n`);
});

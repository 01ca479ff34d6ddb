/**
 * Program: loads an engine, times training steps and prints what it found, an `EngineTrial` as JSON.
 * Arguments: the engine's name, the file from where its packages are looked for, the `TrialNetwork` as JSON.
 * Ends with its parent: its standard input is a pipe that nobody writes to.
 */
import { createRequire } from 'node:module';
import { ENGINE_NAMES } from '@ktrdr/contracts';
import { createEngine } from './create-engine.js';
import type { Engine } from './engine.js';
import type { EngineTrial } from './engine-trial.js';
import { loadNative } from './tensorflow/load-backend.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';
import { timeSteps } from './time-steps.js';
import type { TrialNetwork } from './trial-network.js';

async function load(name: string, from: string): Promise<Engine> {
  const engine = ENGINE_NAMES.find((known) => known === name);
  if (engine === undefined) throw new Error(`unknown engine ${name}`);
  return engine === 'tensorflow-gpu' || engine === 'tensorflow-node'
    ? new TensorFlowEngine(await loadNative(engine, createRequire(from)))
    : createEngine(engine);
}

const [name, from, network] = process.argv.slice(2);
if (name === undefined || from === undefined || network === undefined) {
  throw new Error('usage: engine-trial-process.js <engine> <file> <network>');
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(1));
const engine = await load(name, from);
const trial: EngineTrial =
  name === 'tensorflow-gpu' && engine.device !== 'gpu'
    ? { problem: 'installed, but it finds no GPU' }
    : { msPerStep: await timeSteps(engine, JSON.parse(network) as TrialNetwork, performance) };
engine.dispose();
process.stdin.destroy();
process.stdout.write(`${JSON.stringify(trial)}\n`);

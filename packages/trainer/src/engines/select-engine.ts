import {
  ENGINE_NAMES,
  KtrdrError,
  TENSORFLOW_ENGINE_NAMES,
  type EngineChoice,
  type EngineName,
  type EngineSetting,
} from '@ktrdr/contracts';
import type { Engine } from './engine.js';
import { isOnnx, tryEngine, type EngineTrial } from './engine-trial.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { loadBackend } from './tensorflow/load-backend.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';

/** Finds out whether an engine is to be had here, and how fast it is. */
type Try = (engine: EngineName) => Promise<EngineTrial>;

/** Far slower than the others, and always there: taken where nothing else is to be had. */
const LAST_RESORT: readonly EngineName[] = ['tensorflow-wasm', 'tensorflow-js'];

/**
 * Decides once, before a run, which engine computes it. `auto` takes the one whose steps were the fastest when tried:
 * a GPU does not always win for a small network. `tensorflow` takes the first that is to be had of its family: GPU, CPU
 * library, WebAssembly, plain JavaScript.
 *
 * @throws KtrdrError `engine_unavailable` when no engine of the setting is to be had; the message says why and what to do
 */
export async function resolveEngine(setting: EngineSetting, tryOne: Try = tryEngine): Promise<EngineChoice> {
  if (setting === 'auto') {
    const contenders = ENGINE_NAMES.filter((engine) => !LAST_RESORT.includes(engine));
    const fastest = await chooseFastest(contenders, tryOne);
    return fastest.choice ?? chooseFirst(setting, LAST_RESORT, tryOne, fastest.rejected);
  }
  const candidates = setting === 'tensorflow' ? TENSORFLOW_ENGINE_NAMES : [setting];
  return chooseFirst(setting, candidates, tryOne, []);
}

/**
 * Loads an engine into this process. A process holds one at a time.
 *
 * @throws KtrdrError `engine_unavailable`
 */
export async function createEngine(name: EngineName): Promise<Engine> {
  try {
    return isOnnx(name) ? new OnnxEngine(name) : new TensorFlowEngine(await loadBackend(name));
  } catch (cause) {
    throw unavailable(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

type Rejected = EngineChoice['rejected'];

async function chooseFastest(
  engines: readonly EngineName[],
  tryOne: Try,
): Promise<{ choice: EngineChoice | null; rejected: Rejected }> {
  const rejected: Rejected = [];
  const timed: { engine: EngineName; msPerStep: number }[] = [];
  // One after the other: together they would slow each other down.
  for (const engine of engines) {
    const trial = await tryOne(engine);
    if ('problem' in trial) rejected.push({ engine, reason: trial.problem });
    else timed.push({ engine, msPerStep: trial.msPerStep });
  }
  const [fastest, ...slower] = timed.toSorted((a, b) => a.msPerStep - b.msPerStep);
  if (fastest === undefined) return { choice: null, rejected };
  for (const { engine, msPerStep } of slower) {
    rejected.push({
      engine,
      reason: `slower: ${milliseconds(msPerStep)} a step, ${fastest.engine} ${milliseconds(fastest.msPerStep)}`,
    });
  }
  return { choice: choiceOf(fastest.engine, rejected, fastest.msPerStep), rejected };
}

async function chooseFirst(
  setting: EngineSetting,
  engines: readonly EngineName[],
  tryOne: Try,
  before: Rejected,
): Promise<EngineChoice> {
  const rejected = [...before];
  for (const engine of engines) {
    const trial = await tryOne(engine);
    if ('msPerStep' in trial) return choiceOf(engine, rejected, trial.msPerStep);
    rejected.push({ engine, reason: trial.problem });
  }
  const reasons = rejected.map(({ engine, reason }) =>
    engine === setting ? reason : `${engine}: ${reason}`,
  );
  throw unavailable(setting, reasons.join('; '), { rejected });
}

function choiceOf(engine: EngineName, rejected: Rejected, msPerStep: number): EngineChoice {
  const onCpu: readonly EngineName[] = ['onnx', 'tensorflow-node', ...LAST_RESORT];
  return { engine, device: onCpu.includes(engine) ? 'cpu' : 'gpu', rejected, ms_per_step: msPerStep };
}

function milliseconds(value: number): string {
  return `${value.toPrecision(2)} ms`;
}

function unavailable(
  setting: EngineSetting,
  reason: string,
  { rejected, cause }: { rejected?: Rejected; cause?: unknown },
): KtrdrError {
  return new KtrdrError(
    'engine_unavailable',
    `The training engine ${setting} is not to be had here: ${reason}. Put that right, or set TRAINING_ENGINE=auto to take the best engine there is.`,
    { details: { setting, rejected: rejected ?? [] }, cause },
  );
}

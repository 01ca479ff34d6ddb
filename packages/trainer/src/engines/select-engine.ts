import {
  ENGINE_NAMES,
  KtrdrError,
  type EngineChoice,
  type EngineName,
  type EngineSetting,
} from '@ktrdr/contracts';
import type { Engine } from './engine.js';
import { loadBackend } from './tensorflow/load-backend.js';
import { nativePackageProblem } from './tensorflow/native-package.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';

/** Says why an engine is not to be had here; `null` when it is. */
type Probe = (engine: EngineName) => Promise<string | null>;

/**
 * Decides once, before a run, which engine computes it: the first of the candidates that is to be had. `auto` and
 * `tensorflow` try the GPU library, the CPU library, WebAssembly and plain JavaScript in this order.
 *
 * @throws KtrdrError `engine_unavailable` when no engine of the setting is to be had; the message says why and what to do
 */
export async function resolveEngine(
  setting: EngineSetting,
  probe: Probe = probeEngine,
): Promise<EngineChoice> {
  const candidates = setting === 'auto' || setting === 'tensorflow' ? ENGINE_NAMES : [setting];
  const rejected: EngineChoice['rejected'] = [];
  for (const engine of candidates) {
    const reason = await probe(engine);
    if (reason === null) return { engine, device: engine === 'tensorflow-gpu' ? 'gpu' : 'cpu', rejected };
    rejected.push({ engine, reason });
  }
  const reasons = rejected.map(({ engine, reason }) =>
    engine === setting ? reason : `${engine}: ${reason}`,
  );
  throw unavailable(setting, reasons.join('; '), { rejected });
}

/**
 * Loads an engine into this process. A process holds one at a time.
 *
 * @throws KtrdrError `engine_unavailable`
 */
export async function createEngine(name: EngineName): Promise<Engine> {
  try {
    return new TensorFlowEngine(await loadBackend(name));
  } catch (cause) {
    throw unavailable(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The engines without a native library come with the trainer. */
async function probeEngine(engine: EngineName): Promise<string | null> {
  return engine === 'tensorflow-gpu' || engine === 'tensorflow-node' ? nativePackageProblem(engine) : null;
}

function unavailable(
  setting: EngineSetting,
  reason: string,
  { rejected, cause }: { rejected?: EngineChoice['rejected']; cause?: unknown },
): KtrdrError {
  return new KtrdrError(
    'engine_unavailable',
    `The training engine ${setting} is not to be had here: ${reason}. Put that right, or set TRAINING_ENGINE=auto to take the best engine there is.`,
    { details: { setting, rejected: rejected ?? [] }, cause },
  );
}

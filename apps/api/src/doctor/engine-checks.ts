import { ENGINE_NAMES, type DoctorCheck, type EngineSetting } from '@ktrdr/contracts';
import { deviceOf, type EngineSelector } from '@ktrdr/trainer';
import { absent, found, ok, problemOf } from './check.js';
import { findGpus } from './machine-checks.js';

/**
 * Which engines load beside the API, why the others do not, and whether a GPU is used. The first look loads each engine in a
 * process of its own, which takes some seconds.
 */
export async function checkEngines(
  selector: Pick<EngineSelector, 'candidates'>,
  setting: EngineSetting,
): Promise<DoctorCheck[]> {
  const gpus = await findGpus();
  try {
    const { engines, rejected } = await selector.candidates(setting, 'mlp');
    const reasons = new Map(rejected.map(({ engine, reason }) => [engine, reason]));
    const each = ENGINE_NAMES.map((name) => ({
      name: `engine ${name}`,
      ...(engines.includes(name)
        ? ok(`loads, on the ${deviceOf(name)}`)
        : absent(`not available: ${reasons.get(name) ?? `not needed (TRAINING_ENGINE=${setting})`}`)),
    }));
    const onGpu = engines.filter((name) => deviceOf(name) === 'gpu');
    return [
      { name: 'engines', ...ok(`${engines.join(', ')} (TRAINING_ENGINE=${setting})`) },
      ...each,
      { name: 'gpu', ...gpuFinding(gpus, onGpu) },
    ];
  } catch (error) {
    return [{ name: 'engines', ...problemOf(error) }];
  }
}

function gpuFinding(gpus: readonly string[], engines: readonly string[]) {
  // Only Linux shows GPUs as files.
  const unnamed = process.platform === 'linux' ? 'a software device' : 'a GPU';
  if (engines.length > 0) return ok(`${gpus.join(', ') || unnamed}, used by ${engines.join(', ')}`);
  if (gpus.length === 0) return absent('no GPU was found; trainings run on the CPU');
  return found(
    'warning',
    `${gpus.join(', ')}: there is a GPU, and no engine uses it`,
    'The check of each engine says why. docs/engines.md shows how to use a GPU.',
  );
}

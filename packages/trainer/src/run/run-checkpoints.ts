import { resolveOptions, type BarsFingerprint } from '@ktrdr/contracts';
import { labelClasses, type Strategy } from '@ktrdr/strategy';
import { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import type { Checkpoint, RunIdentity } from '../checkpoints/checkpoint.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { type CheckpointNetwork, type MemberOptions, networkOf } from '../checkpoints/checkpoint-header.js';
import { sha256 } from '../files/checksum.js';
import { engineFingerprint } from '../checkpoints/code-fingerprint.js';
import { optimiserOf } from '../loop/loop.js';
import { modelOf } from '../network/model-of.js';
import { parameterCount, type ModelSpec } from '../network/model-spec.js';
import { momentCount, type OptimiserSpec } from '../network/optimiser.js';
import type { TrainingHooks, TrainingRunRequest } from './training-run.js';

const FLOAT_BYTES = 4;

/**
 * Opens the checkpoints of a run. If the run resumes, reads the newest usable one and warns of each newer one that cannot be used.
 *
 * @throws KtrdrError `checkpoint_missing`, `checkpoint_refused`
 */
export async function openCheckpoints(
  request: TrainingRunRequest,
  hooks: TrainingHooks,
  run: {
    spec: ModelSpec;
    optimiser: OptimiserSpec;
    epochs: number;
    fingerprints: readonly BarsFingerprint[];
    /** Number of lanes. */
    lanes: number;
  },
  warn: (warning: string) => void,
): Promise<PeriodicCheckpoints> {
  const files = new CheckpointFiles(request.checkpointDir);
  const identity = await identityOf(request, run.spec, run.fingerprints);
  let from: Checkpoint | null = null;
  if (request.resume) {
    const network = networkOf(run.spec, run.optimiser, run.epochs, request);
    const { checkpoint, refused } = await files.read(identity, network);
    from = checkpoint;
    for (const reason of refused) warn(`${reason} The training continued from an earlier checkpoint.`);
  }
  // the running seeds and the best finished seed, or one seed and all folds
  const states = Math.max(request.seeds === undefined ? 1 : run.lanes + 1, 1 + (request.walk_forward ?? 0));
  const vectors = states * (2 + momentCount(run.optimiser));
  return new PeriodicCheckpoints({
    files,
    identity,
    engine: request.engine,
    everyMs: request.checkpointEveryMs,
    bytes: vectors * FLOAT_BYTES * parameterCount(run.spec),
    from,
    clock: hooks.clock,
    onWritten: () => hooks.onCheckpoint?.(),
    onProblem: warn,
  });
}

/** The lengths in the checkpoints of a strategy's training. They are known before any bar is read. */
export function checkpointNetworkOf(strategy: Strategy, options: MemberOptions): CheckpointNetwork {
  const { training } = strategy;
  const spec = modelOf(strategy, labelClasses(training.labels)?.length ?? 1);
  return networkOf(spec, optimiserOf(training), training.epochs, options);
}

async function identityOf(
  request: TrainingRunRequest,
  spec: ModelSpec,
  fingerprints: readonly BarsFingerprint[],
): Promise<RunIdentity> {
  // all options except one that does not affect the weights; the seed is compared separately
  const settings = { ...resolveOptions(request), seed: undefined, dry_run: undefined };
  return {
    strategy: sha256(request.strategy),
    settings: sha256(JSON.stringify(settings)),
    bars: sha256(JSON.stringify(fingerprints)),
    model: sha256(JSON.stringify(spec)),
    engine: request.engine.engine,
    seed: request.seed,
    code: await engineFingerprint(request.engine.engine),
  };
}

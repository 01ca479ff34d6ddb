import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TrainingPhase } from '@ktrdr/contracts';
import { train, TrainingCancelledError, type TrainingHooks } from '@ktrdr/trainer';
import type { onnx as OnnxProto } from 'onnx-proto';
import {
  strategyText,
  trainingRequest,
  workplace,
  writeBars,
  type StrategyOptions,
  type Workplace,
} from './fixtures/training.js';

const { onnx } = createRequire(import.meta.url)('onnx-proto') as { onnx: typeof OnnxProto };

const MLP = {
  architecture: '{ hidden_layers: [8, 4], activation: relu, dropout: 0.2 }',
  more: '  loss: focal\n',
};
const CNN = {
  architecture: '{ sequence_length: 9, filters: [4], hidden_layers: [6], activation: tanh, dropout: 0.1 }',
  more: '  optimizer: adamw\n  lr_scheduler: { type: cosine }\n',
};
const LSTM = {
  architecture: '{ sequence_length: 5, hidden_size: 4, num_layers: 2, dropout: 0.1 }',
  more: '  optimizer: rmsprop\n',
};
const GRU = { architecture: '{ sequence_length: 5, hidden_size: 4, num_layers: 1 }', more: '' };

const REGRESSION = {
  labels: 'source: forward_return, horizon: 4',
  decisions: 'output_format: regression, cost_model: {}',
};

interface Recorded {
  /** Validation loss of the last epoch, to six digits. */
  loss: number;
  /** First 16 hexadecimal digits of the SHA-256 of `model.onnx` without its metadata, which describe the file in words. */
  model: string;
  /** Hash of the checkpoint after a cancel at the end of the training. */
  checkpoint: string;
}

const RECORDED: Record<string, Recorded> = {
  'mlp classification': { loss: 0.575383, model: 'e24e6b29c7d4683f', checkpoint: '65f105c541c904bc' },
  'mlp regression': { loss: 0.000216661, model: '4339797f90d2d24f', checkpoint: 'd1a4499755d32344' },
  'cnn classification': { loss: 0.986087, model: 'd09a310f7dc952ea', checkpoint: 'f7bbbed9da30820e' },
  'cnn regression': { loss: 0.0021064, model: 'de807f41229d7120', checkpoint: 'b8c1fa74ed70976d' },
  'lstm classification': { loss: 1.09634, model: 'cb4b3dacdd66bbdc', checkpoint: 'b7811b52ceaa4858' },
  'lstm regression': { loss: 0.000112864, model: '6b663cab4166d25e', checkpoint: '8acf37079ef3ecd5' },
  'gru classification': { loss: 1.06047, model: 'a602a48e13bd7b09', checkpoint: 'dad8d8ad20b8028a' },
  'gru regression': { loss: 0.00169802, model: 'a19c6aa36afeb863', checkpoint: 'c081309e517e72a4' },
};

/**
 * The hashes are valid for the kernels of ONNX Runtime on Linux x64 with AVX2 and FMA (with or without AVX-512). Other kernels add in
 * another order: the losses differ in the sixth digit, and the bytes differ.
 */
function hasRecordedKernels(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))![1]!.split(' ');
  return flags.includes('avx2') && flags.includes('fma');
}

const KINDS: [string, StrategyOptions][] = Object.entries({
  mlp: MLP,
  cnn: CNN,
  lstm: LSTM,
  gru: GRU,
}).flatMap(([type, { architecture, more }]): [string, StrategyOptions][] => {
  const network = { model: `type: ${type}, architecture: ${architecture}` };
  return [
    [`${type} classification`, { ...network, more: `${more}  class_weights: true\n` }],
    // focal loss is for classes
    [`${type} regression`, { ...network, ...REGRESSION, more: more.replace('focal', 'huber') }],
  ];
});

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 400);
});
afterAll(() => place.remove());

/** A constant clock, because a checkpoint contains durations. */
function hooks(cancelAt?: TrainingPhase): TrainingHooks {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    clock: { now: () => Date.UTC(2024, 0, 1) },
    onProgress({ phase }) {
      if (phase === cancelAt) controller.abort();
    },
  };
}

async function requestOf(name: string, options: StrategyOptions) {
  const outputDir = join(place.outputDir, name);
  await mkdir(outputDir);
  return trainingRequest(place, { outputDir, strategy: strategyText(options) });
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function withoutMetadata(model: Uint8Array): Uint8Array {
  const decoded = onnx.ModelProto.decode(model);
  decoded.metadataProps = [];
  return onnx.ModelProto.encode(decoded).finish();
}

/** Hash of a request without options. At the time of the recording, options had other names. */
const RECORDED_SETTINGS = createHash('sha256').update('{"detailedAnalytics":false}').digest('hex');

/** Without the fingerprint of the code, which changes with every build, and the checksum at the end. */
async function checkpointIn(directory: string): Promise<Uint8Array> {
  const [file, ...others] = await readdir(directory);
  expect(others).toEqual([]);
  const bytes = await readFile(join(directory, file!));
  const text = bytes.subarray(0, -32).toString('latin1');
  const comparable = text
    .replace(/"code":"[0-9a-f]{64}"/, '')
    .replace(/"settings":"[0-9a-f]{64}"/, `"settings":"${RECORDED_SETTINGS}"`);
  return Buffer.from(comparable, 'latin1');
}

describe.each(KINDS)('%s', (name, options) => {
  test('trains to the recorded loss, model and checkpoint', async () => {
    const request = await requestOf(name, options);
    const { result } = await train(request, hooks());
    const model = await readFile(join(request.outputDir, 'model/model.onnx'));
    const cancelled = await requestOf(`${name} cancelled`, options);
    await expect(train(cancelled, hooks('evaluating'))).rejects.toBeInstanceOf(TrainingCancelledError);
    const checkpoint = await checkpointIn(cancelled.checkpointDir);

    const recorded = RECORDED[name]!;
    const loss = result.training_metrics!.history.val_loss.at(-1)!;
    expect(Math.abs(loss / recorded.loss - 1)).toBeLessThan(1e-4);
    if (hasRecordedKernels()) {
      const hashes = {
        loss: recorded.loss,
        model: hashOf(withoutMetadata(model)),
        checkpoint: hashOf(checkpoint),
      };
      expect(hashes).toEqual(recorded);
    }
  });
});

import { KtrdrError } from '@ktrdr/contracts';
import { dropoutLayers, type MlpSpec, type ParameterTensor } from '../../network/model-spec.js';
import { paddedCount } from './padded-rows.js';

/** Bytes for a network's state, and for the arrays of a call. A module's memory ends at 4 GiB. */
const MOST_BYTES = 1024 ** 3;

/** @throws KtrdrError `engine_unsupported` if the network's state is too large */
export function checkNetworkSize(layout: readonly ParameterTensor[], moments: number): void {
  // parameters, gradient, transposed kernels
  check(4 * paddedCount(layout) * (3 + moments), 'The network');
}

/** @throws KtrdrError `engine_unsupported` if the arrays of a call are too large */
export function checkCallSize(model: MlpSpec, rows: number): void {
  const masks = dropoutLayers(model).reduce((sum, { units }) => sum + units, 0);
  check(4 * rows * (model.inputs + masks + model.outputs), `A batch of ${rows} rows`);
}

function check(bytes: number, what: string): void {
  if (bytes <= MOST_BYTES) return;
  const mebibytes = Math.ceil(bytes / 1024 ** 2);
  throw new KtrdrError(
    'engine_unsupported',
    `${what} needs ${mebibytes} MiB, more than the training engine wasm has. Set TRAINING_ENGINE=auto or TRAINING_ENGINE=onnx.`,
    { details: { engine: 'wasm', mebibytes } },
  );
}

import { KtrdrError, type EngineSetting } from '@ktrdr/contracts';
import type { ModelSettings } from '@ktrdr/strategy';

/** Engines that train every model type; the others train only an mlp. Every engine has all losses and optimisers. */
const TRAIN_ALL: readonly EngineSetting[] = [
  'auto',
  'onnx',
  'onnx-cuda',
  'onnx-coreml',
  'onnx-directml',
  'onnx-webgpu',
];

export function supportsModel(engine: EngineSetting, model: ModelSettings['type']): boolean {
  return model === 'mlp' || TRAIN_ALL.includes(engine);
}

/** @throws KtrdrError `engine_unsupported` if the engine cannot train a model of this type */
export function checkEngineSupport(engine: EngineSetting, model: ModelSettings['type']): void {
  if (!supportsModel(engine, model)) throw unsupportedModel(engine, model);
}

export function unsupportedModel(engine: EngineSetting, model: ModelSettings['type']): KtrdrError {
  return new KtrdrError(
    'engine_unsupported',
    `The training engine ${engine} cannot train a model of type ${model}, only mlp. Set TRAINING_ENGINE=auto or TRAINING_ENGINE=onnx.`,
    { details: { engine, model_type: model } },
  );
}

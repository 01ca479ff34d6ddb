import { gatherWindows } from '../data/gather-windows.js';
import type { Engine } from '../engines/engine.js';
import { evaluateOutputs, type LossSpec } from '../network/loss.js';
import { inputWidth, type ModelSpec } from '../network/model-spec.js';
import type { DataPart } from '../data/data-parts.js';

/** Input values that a call of the engine gets, about: few enough that a pause comes soon. */
const VALUES_AT_ONCE = 65_536;

/** What the model says of rows whose targets are known; dropout is off. */
export interface Evaluation {
  /** Mean loss, weighted by class as in training; the plain mean when every row's class has weight 0. */
  loss: number;
  /** 0..1; of a regression the share of rows whose sign is right. */
  accuracy: number;
  /** `[rows, outputs]` */
  outputs: Float32Array;
}

/** Rows that a call of the engine gets, at most. */
export function rowsAtOnce(model: ModelSpec): number {
  return Math.max(1, Math.floor(VALUES_AT_ONCE / inputWidth(model)));
}

/** The engine's outputs for all rows of a part, `[rows, outputs]`. @param pause awaited now and then; it may throw to stop */
export async function predictPart(
  engine: Engine,
  model: ModelSpec,
  part: DataPart,
  pause?: () => Promise<void>,
): Promise<Float32Array> {
  const rows = part.windowEnds.length;
  const width = inputWidth(model);
  const most = rowsAtOnce(model);
  const outputs = new Float32Array(rows * model.outputs);
  for (let start = 0; start < rows; start += most) {
    const ends = part.windowEnds.subarray(start, Math.min(rows, start + most));
    const features = new Float32Array(ends.length * width);
    gatherWindows(part.features, model, ends, features);
    outputs.set(await engine.predict(features), start * model.outputs);
    await pause?.();
  }
  return outputs;
}

/** Scores the engine's present parameters on a part. */
export async function evaluatePart(
  engine: Engine,
  model: ModelSpec,
  loss: LossSpec,
  part: DataPart,
  pause?: () => Promise<void>,
): Promise<Evaluation> {
  const outputs = await predictPart(engine, model, part, pause);
  return { ...evaluateOutputs(outputs, part.targets, loss), outputs };
}

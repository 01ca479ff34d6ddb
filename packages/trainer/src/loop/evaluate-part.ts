import { gatherWindows } from '../data/gather-windows.js';
import type { Engine } from '../engines/engine.js';
import { evaluateOutputs, type LossSpec } from '../network/loss.js';
import { inputWidth, type ModelSpec } from '../network/model-spec.js';
import type { DataPart } from '../data/data-parts.js';

/** Approximate number of input values for one call of the engine: few enough to pause often. */
const VALUES_AT_ONCE = 65_536;

/** A model's outputs and scores for rows with known targets, computed without dropout. */
export interface Evaluation {
  /** Mean loss, weighted by class as in training; the plain mean if the classes of all rows have weight 0. */
  loss: number;
  /** 0..1. For a regression: the share of rows with the correct sign. */
  accuracy: number;
  /** `[rows, outputs]` */
  outputs: Float32Array;
}

/** Maximum rows for one call of the engine. */
export function rowsAtOnce(model: ModelSpec): number {
  return Math.max(1, Math.floor(VALUES_AT_ONCE / inputWidth(model)));
}

/**
 * Computes the engine's outputs for the rows whose windows end at `windowEnds`, `[rows, outputs]`.
 *
 * @param features `[bars, inputs]`
 * @param pause awaited between calls of the engine; throws to stop
 */
export async function predictRows(
  engine: Engine,
  model: ModelSpec,
  { features, windowEnds }: Pick<DataPart, 'features' | 'windowEnds'>,
  pause?: () => Promise<void>,
): Promise<Float32Array> {
  const rows = windowEnds.length;
  const width = inputWidth(model);
  const most = rowsAtOnce(model);
  const outputs = new Float32Array(rows * model.outputs);
  for (let start = 0; start < rows; start += most) {
    const ends = windowEnds.subarray(start, Math.min(rows, start + most));
    const windows = new Float32Array(ends.length * width);
    gatherWindows(features, model, ends, windows);
    outputs.set(await engine.predict(windows), start * model.outputs);
    await pause?.();
  }
  return outputs;
}

/** Scores the engine's current parameters on a part. */
export async function evaluatePart(
  engine: Engine,
  model: ModelSpec,
  loss: LossSpec,
  part: DataPart,
  pause?: () => Promise<void>,
): Promise<Evaluation> {
  const outputs = await predictRows(engine, model, part, pause);
  return { ...evaluateOutputs(outputs, part.targets, loss), outputs };
}

/** {@link predictRows} for several lists of rows, by name. */
export async function predictAll<Name extends string>(
  engine: Engine,
  model: ModelSpec,
  features: Float32Array,
  windowEnds: Readonly<Record<Name, Int32Array>>,
  pause?: () => Promise<void>,
): Promise<Record<Name, Float32Array>> {
  const outputs: Partial<Record<Name, Float32Array>> = {};
  for (const name of Object.keys(windowEnds) as Name[])
    outputs[name] = await predictRows(engine, model, { features, windowEnds: windowEnds[name] }, pause);
  return outputs as Record<Name, Float32Array>;
}

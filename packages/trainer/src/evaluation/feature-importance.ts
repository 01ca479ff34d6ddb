import type { FeatureImportance } from '@ktrdr/contracts';
import { gatherWindows } from '../data/gather-windows.js';
import type { Engine } from '../engines/engine.js';
import { rowsAtOnce } from '../loop/evaluate-part.js';
import { evaluateOutputs, type LossSpec } from '../network/loss.js';
import { inputWidth, type ModelSpec } from '../network/model-spec.js';
import { RandomStream } from '@ktrdr/statistics';
import type { DataPart } from '../data/data-parts.js';

/** Maximum number of rows for the estimate. */
const MOST_ROWS = 2_000;

export interface ImportanceRequest {
  /** Holds the parameters. */
  engine: Engine;
  model: ModelSpec;
  loss: LossSpec;
  part: DataPart;
  /** Names without lags. The columns repeat this list for each lag. */
  features: readonly string[];
  /** Determines the permutation. */
  seed: number;
  /** Awaited regularly; throws to stop. */
  pause: () => Promise<void>;
}

/**
 * Permutation importance (Breiman 2001). For each feature, replaces its columns (all lags and all bars of the window) with those of
 * another row, and compares accuracy and loss with those of the original rows.
 *
 * @param report called after each feature with the share done, up to 1
 */
export async function featureImportance(
  request: ImportanceRequest,
  report: (done: number) => Promise<void>,
): Promise<FeatureImportance> {
  const { part, features, loss, seed } = request;
  const all = part.targets.length;
  const rows = Math.min(all, MOST_ROWS);
  const taken = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * all) / rows));
  const targets = part.targets instanceof Int32Array ? new Int32Array(rows) : new Float32Array(rows);
  taken.forEach((row, i) => (targets[i] = part.targets[row]!));
  const score = async (feature: number, donors: Int32Array): Promise<ReturnType<typeof evaluateOutputs>> =>
    evaluateOutputs(await predictShuffled(request, taken, donors, feature), targets, loss);

  const asTheyAre = await score(0, taken);
  const scores: FeatureImportance['features'] = [];
  for (const [index, feature] of features.entries()) {
    const donors = taken.slice();
    RandomStream.derive(seed, 'importance', index).shuffle(donors);
    const { accuracy, loss: risen } = await score(index, donors);
    scores.push({
      feature,
      accuracy_drop: asTheyAre.accuracy - accuracy,
      loss_rise: risen - asTheyAre.loss,
    });
    await report(scores.length / features.length);
  }
  const byAccuracy = targets instanceof Int32Array;
  return {
    rows,
    features: scores.toSorted((a, b) => {
      const [accuracy, rise] = [b.accuracy_drop - a.accuracy_drop, b.loss_rise - a.loss_rise];
      return byAccuracy ? accuracy || rise : rise || accuracy;
    }),
  };
}

/** Computes the outputs of `rows`, each with the feature's columns of its donor: `[rows, outputs]`. */
async function predictShuffled(
  { engine, model, part, features, pause }: ImportanceRequest,
  rows: Int32Array,
  donors: Int32Array,
  feature: number,
): Promise<Float32Array> {
  const width = inputWidth(model);
  const most = rowsAtOnce(model);
  const outputs = new Float32Array(rows.length * model.outputs);
  for (let start = 0; start < rows.length; start += most) {
    const end = Math.min(rows.length, start + most);
    const windows = new Float32Array((end - start) * width);
    const other = new Float32Array(windows.length);
    gatherWindows(part.features, model, endsOf(part, rows.subarray(start, end)), windows);
    gatherWindows(part.features, model, endsOf(part, donors.subarray(start, end)), other);
    // Every bar has the same columns, so the columns of a feature are evenly spaced through the window.
    for (let at = feature; at < windows.length; at += features.length) windows[at] = other[at]!;
    outputs.set(await engine.predict(windows), start * model.outputs);
    await pause();
  }
  return outputs;
}

function endsOf({ windowEnds }: DataPart, rows: Int32Array): Int32Array {
  return rows.map((row) => windowEnds[row]!);
}

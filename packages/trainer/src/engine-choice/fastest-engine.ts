import type { EngineChoice, EngineSetting, EngineTime } from '@ktrdr/contracts';
import { deviceOf } from '../engines/engine-names.js';
import { engineUnavailable } from '../engines/engine-unavailable.js';

/**
 * Chooses the engine with the shortest step and describes how much slower the others are.
 *
 * @throws KtrdrError `engine_unavailable` if none was timed
 */
export function fastestOf(
  setting: EngineSetting,
  times: readonly EngineTime[],
  rejected: EngineChoice['rejected'],
): EngineChoice {
  const sorted = times.toSorted((a, b) => a.ms_per_step - b.ms_per_step);
  const [fastest, ...slower] = sorted;
  if (fastest === undefined) {
    const reasons = rejected.map(({ engine, reason }) => `${engine}: ${reason}`);
    throw engineUnavailable(setting, reasons.join('; '), { rejected });
  }
  const { engine, ms_per_step } = fastest;
  return {
    engine,
    device: deviceOf(engine),
    rejected: [
      ...rejected,
      ...slower.map((other) => ({
        engine: other.engine,
        reason: `slower: ${milliseconds(other.ms_per_step)} a step, ${engine} ${milliseconds(ms_per_step)}`,
      })),
    ],
    times: sorted,
  };
}

function milliseconds(value: number): string {
  return `${value < 100 ? value.toPrecision(2) : Math.round(value)} ms`;
}

import { fileURLToPath } from 'node:url';

/** Path of a bundled program of this package. The relative path is the same from `src` and from `dist`. */
function program(name: string): string {
  return fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url));
}

export const TRAINER_CHILD = program('trainer-child');
export const ENGINE_TRIAL_PROCESS = program('engine-trial-process');
export const PREDICTION_PROCESS = program('prediction-process');
export const BACKTEST_PROCESS = program('backtest-process');

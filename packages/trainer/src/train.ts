import type { TrainingHooks, TrainingRunOutcome, TrainingRunRequest } from './training-run.js';

/**
 * The one entry: bars and a strategy in, a trained model in `outputDir` out.
 *
 * @throws KtrdrError with the code of what was wrong
 * @throws TrainingCancelledError when the signal was aborted
 */
export declare function train(request: TrainingRunRequest, hooks: TrainingHooks): Promise<TrainingRunOutcome>;

/**
 * Loaded into the API by `--import`. Puts the time of each progress report of a domain function into `current_item`. The API
 * contains no code for this.
 */
import { OperationsService, type OperationContext, type ProgressUpdate } from '@ktrdr/orchestrator';
import { stampNow } from './stamp.js';

type Launch = OperationsService['launch'];

const { prototype } = OperationsService;
const launch = Object.getOwnPropertyDescriptor(prototype, 'launch')?.value as Launch;

prototype.launch = function stamped(managed, parts) {
  const run = (context: OperationContext) => managed.run({ ...context, progress: stampedReporter(context) });
  return launch.call(this, { ...managed, run }, parts) as ReturnType<typeof launch<never>>;
};

function stampedReporter({ progress }: OperationContext): OperationContext['progress'] {
  return {
    startStep: (name) => progress.startStep(name),
    update: (update: ProgressUpdate) =>
      progress.update({ ...update, current_item: stampNow(update.steps_completed ?? 0) }),
  };
}

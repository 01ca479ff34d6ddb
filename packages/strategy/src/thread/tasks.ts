import { checkData, listBarsInfo, resampleBars, showBars, writeSampleBars } from '@ktrdr/market-data';
import { migrateStrategy } from '../migrate-strategy.js';
import { parseStrategy } from '../parse-strategy.js';
import { summariseStrategy, validateStrategy } from '../validate-strategy.js';
import { indicatorValues } from './indicator-values.js';

/** What a `BackgroundThread` can do. Arguments and results are plain data. */
export const TASKS = {
  parseStrategy,
  validateStrategy,
  migrateStrategy,
  summariseStrategy,
  indicatorValues,
  checkData,
  listBarsInfo,
  showBars,
  resampleBars,
  writeSampleBars,
};

/** One task, as the thread gets it. */
export interface TaskMessage {
  name: keyof typeof TASKS;
  args: unknown[];
}

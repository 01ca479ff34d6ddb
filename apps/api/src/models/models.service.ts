import {
  type DeleteModelResponse,
  KtrdrError,
  type ListedModel,
  type ModelComparison,
  type ModelDecisions,
  type ModelDetails,
  type ModelList,
  type ModelOrder,
  MOST_COMPARED_MODELS,
  type PredictRequest,
  type PredictResponse,
} from '@ktrdr/contracts';
import type { OutsideFile } from '@ktrdr/files';
import { compareBars } from '@ktrdr/market-data';
import type { Clock } from '@ktrdr/orchestrator';
import { checkModelName, compareModels, type ModelStorage } from '@ktrdr/trainer';
import type { PredictionQueue } from './prediction-queue.js';

/** Where models, bars and the cache of bars are, absolute. */
export interface ModelFolders {
  modelsDir: string;
  dataDir: string;
  stateDir: string;
}

/** Shows, compares, uses and deletes stored models. */
export class ModelsService {
  constructor(
    private readonly folders: ModelFolders,
    private readonly storage: ModelStorage,
    private readonly predictions: PredictionQueue,
    private readonly clock: Clock,
  ) {}

  async list(sort: ModelOrder = 'created'): Promise<ModelList> {
    const models = await this.storage.list();
    return { models: sort === 'created' ? models : models.toSorted(ORDERS[sort]) };
  }

  async get(strategy: string, version: string): Promise<ModelDetails> {
    const details = await this.storage.get(strategy, version);
    return { ...details, bars: await compareBars(this.folders, details.metadata.fingerprints) };
  }

  /** @param names `strategy/version`, joined by commas */
  async compare(names: string): Promise<ModelComparison> {
    const list = names.split(',').map((name) => name.trim());
    if (list.length < 2 || list.length > MOST_COMPARED_MODELS || new Set(list).size < list.length) {
      throw new KtrdrError(
        'invalid_request',
        `models must name two to ${MOST_COMPARED_MODELS} different models, joined by commas: momentum/1h_v1,momentum/1h_v2.`,
      );
    }
    const models = await Promise.all(
      list.map((name) => {
        const [strategy = '', version = '', ...more] = name.split('/');
        if (more.length === 0) return this.storage.load(strategy, version);
        throw new KtrdrError('invalid_name', `'${name}' is not a model name. Example: momentum/1h_v3.`);
      }),
    );
    return compareModels(models);
  }

  async predict(strategy: string, version: string, request: PredictRequest): Promise<PredictResponse> {
    const { symbol, timeframe, last = 1, end_date: endDate = null } = request;
    // a name that no model can have needs no process
    checkModelName(strategy, version);
    const now = this.clock.now();
    return this.predictions.run({
      ...this.folders,
      strategy,
      version,
      symbol,
      timeframe,
      last,
      endDate,
      now,
    });
  }

  /** The decisions on the bars of the test part. */
  async decisions(strategy: string, version: string, symbol: string): Promise<ModelDecisions> {
    const { bars } = await this.get(strategy, version);
    const barsState = bars.every(({ state }) => state === 'unchanged') ? 'unchanged' : 'changed';
    const now = this.clock.now();
    return this.predictions.decide({ ...this.folders, strategy, version, symbol, barsState, now });
  }

  /** Opens one of the model's files. Close it after use. */
  open(strategy: string, version: string, name: string): Promise<OutsideFile> {
    return this.storage.open(strategy, version, name);
  }

  async delete(strategy: string, version: string): Promise<DeleteModelResponse> {
    await this.storage.delete(strategy, version);
    return { model: `${strategy}/${version}` };
  }
}

const EDGE_ORDER: readonly ListedModel['verdict'][] = ['edge', 'too_little_data', 'no_edge', null];

/** Models without the value come last; equal ones stay newest first. */
const ORDERS: Record<Exclude<ModelOrder, 'created'>, (a: ListedModel, b: ListedModel) => number> = {
  accuracy: (a, b) => (b.test_accuracy ?? -Infinity) - (a.test_accuracy ?? -Infinity) || 0,
  edge: (a, b) => EDGE_ORDER.indexOf(a.verdict) - EDGE_ORDER.indexOf(b.verdict),
  name: (a, b) => a.model.localeCompare(b.model, 'en', { numeric: true }),
};

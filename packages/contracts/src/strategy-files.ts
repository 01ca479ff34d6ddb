import type { IndicatorInfo, StrategyIssue } from './api.js';

/** Wire types of the files in `STRATEGIES_DIR`, and of the grammar that they follow. */

/** `data` of `GET /strategies/:name`. */
export interface StrategyFile {
  name: string;
  /** Name of the file in `STRATEGIES_DIR`. */
  file: string;
  text: string;
  /** SHA-256 of the file's bytes in hexadecimal. */
  revision: string;
}

/** Body of `PUT /strategies/:name`. */
export interface SaveStrategyRequest {
  /** The whole file. A text with errors is stored too. */
  text: string;
  /** Revision of the file that the text replaces; `null`: there is no such file yet. */
  revision: string | null;
}

/** `data` of `PUT /strategies/:name`. */
export interface SavedStrategy {
  name: string;
  file: string;
  /** Revision of the stored file. */
  revision: string;
  /** False if the text replaced a file. */
  created: boolean;
  /** Problems of the stored text. */
  issues: StrategyIssue[];
}

/** Query of `DELETE /strategies/:name`. */
export interface DeleteStrategyQuery {
  /** Revision of the file that the caller wants to delete. */
  revision: string;
}

/** `data` of `DELETE /strategies/:name`. */
export interface DeletedStrategy {
  name: string;
  file: string;
}

/**
 * A JSON Schema (draft 2020-12).
 *
 * @additionalProperties true
 */
export interface JsonSchema {
  title?: string;
  description?: string;
}

/** One kind of labels: what a strategy's network learns. */
export interface LabelInfo {
  /** Value of `training.labels.source`. */
  source: string;
  /** One-line description. */
  summary: string;
  /** Classes of the labels in the order of the network's outputs; `null`: a number (regression). */
  classes: string[] | null;
  /** JSON Schema of the settings beside `source`. */
  settings: JsonSchema;
}

/** `data` of `GET /strategies/schema`: the current grammar (v3). */
export interface StrategySchema {
  /** JSON Schema of a strategy file. Every key has a description, and its default and allowed values if there are any. */
  schema: JsonSchema;
  /** Types of indicators. */
  indicators: IndicatorInfo[];
  /** Kinds of labels. */
  labels: LabelInfo[];
}

import type { Shown } from './answer.js';
import type { ApiClient } from './api-client.js';
import type { ReadOptions } from './read-options.js';

/** Options of a list. */
export interface ListOptions extends ReadOptions {
  /** Shows the list until Ctrl+C, and draws it again after each change. */
  watch?: boolean;
}

/** A list: how to get it and how to show it. */
export interface ListCommand<T> extends Shown<T> {
  load: (api: ApiClient) => Promise<T>;
}

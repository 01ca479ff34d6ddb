import { STRATEGY_NAME_PATTERN, STRATEGY_NAME_RULE } from '@ktrdr/contracts';

import { describe, text } from '../schema.js';
import type { Reader } from '../section.js';

/** Name and description of a strategy. */
export interface Identity {
  name: string;
  description: string | null;
}

/** Reads name and description. A model is stored under the name, so the file should have the same name. */
export function readIdentity(reader: Reader): Identity | null {
  const rule = `a name: ${STRATEGY_NAME_RULE}`;
  const schema = text(rule).refine((name) => STRATEGY_NAME_PATTERN.test(name), {
    error: (issue) => `is ${describe(issue.input)}; must be ${rule}`,
  });
  const name = reader.parse(schema, reader.written(['name']), ['name']);
  const written = reader.written(['description']);
  const description = written == null ? null : reader.parse(text(), written, ['description']);
  if (name === null) return null;
  const stem = /([^/\\]+)\.ya?ml$/i.exec(reader.issues.file)?.[1];
  if (stem !== undefined && stem !== name) {
    reader.warn(['name'], `is ${name}, but the file is called ${stem}; the model is stored under ${name}`);
  }
  return { name, description };
}

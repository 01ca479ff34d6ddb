import * as z from 'zod';

import { STRATEGY_NAME_PATTERN, STRATEGY_NAME_RULE } from '@ktrdr/contracts';

import { describe, text } from '../schema.js';
import type { Reader } from '../section.js';

const NAME_RULE = `a name: ${STRATEGY_NAME_RULE}`;

export const IDENTITY = z.object({
  name: text(NAME_RULE)
    .refine((name) => STRATEGY_NAME_PATTERN.test(name), {
      error: (issue) => `is ${describe(issue.input)}; must be ${NAME_RULE}`,
    })
    .meta({ pattern: STRATEGY_NAME_PATTERN.source })
    .describe('Names the strategy and the folder of its models. The file should have the same name.'),
  description: text().nullish().describe('Description of the strategy, for people.'),
});

/** Name and description of a strategy. */
export interface Identity {
  name: string;
  description: string | null;
}

/** Reads name and description. A model is stored under the name, so the file should have the same name. */
export function readIdentity(reader: Reader): Identity | null {
  const name = reader.parse(IDENTITY.shape.name, reader.written(['name']), ['name']);
  const written = reader.written(['description']);
  const description = reader.parse(IDENTITY.shape.description, written, ['description']);
  if (name === null) return null;
  const stem = /([^/\\]+)\.ya?ml$/i.exec(reader.issues.file)?.[1];
  if (stem !== undefined && stem !== name) {
    reader.warn(['name'], `is ${name}, but the file is called ${stem}; the model is stored under ${name}`);
  }
  return { name, description: description ?? null };
}

import * as z from 'zod';

import { choice, flag, real, whole } from '../schema.js';
import { BAR_COLUMNS } from './indicator.js';
import type { IndicatorType, ParameterDefinition } from './indicator.js';

/** Schema of all parameters of a type. Missing ones get their defaults. */
export function parametersSchema(type: IndicatorType) {
  return z.object(
    Object.fromEntries(
      Object.entries(type.parameters).map(([key, definition]) => [key, parameterSchema(definition)]),
    ),
  );
}

function parameterSchema(definition: ParameterDefinition): z.ZodType {
  switch (definition.kind) {
    case 'whole':
      return whole(definition.min, definition.max).default(definition.default);
    case 'real':
      return real(definition).default(definition.default);
    case 'flag':
      return flag().default(definition.default);
    case 'choice':
      return choice(definition.options).default(definition.default);
    case 'column':
      return choice(BAR_COLUMNS).default(definition.default);
  }
}

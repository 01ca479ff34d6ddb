import { STRATEGY_NAME_PATTERN, SYMBOL_PATTERN, TIMEFRAMES } from '@ktrdr/contracts';
import type { Schema } from './contract-schemas.js';

/** What services check after the body, because the error has a code of its own (`invalid_name`, `invalid_date`). */
export const FIELD_SCHEMAS = {
  symbol: { type: 'string', pattern: SYMBOL_PATTERN.source },
  timeframe: { type: 'string', enum: [...TIMEFRAMES] },
  strategyName: { type: 'string', pattern: STRATEGY_NAME_PATTERN.source },
  /** The reader of strategies reports a longer one with its size. */
  strategyText: { type: 'string', maxLength: 1_048_576 },
  /** `2024-01-31`, or ISO 8601 with a time. */
  date: {
    type: 'string',
    pattern: String.raw`^\s*\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`,
    maxLength: 64,
  },
} as const satisfies Record<string, Schema>;

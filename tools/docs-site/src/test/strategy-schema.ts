/** A small grammar, in place of the API's. */
export const strategySchema = {
  schema: {
    required: ['name', 'indicators', 'training'],
    properties: {
      name: { type: 'string', description: 'Its name' },
      indicators: {
        type: 'object',
        description: 'Indicators by an id.',
        additionalProperties: { type: 'object' },
      },
      fuzzy_sets: {
        type: 'object',
        description: 'Sets.',
        additionalProperties: {
          type: 'object',
          properties: { indicator: { type: 'string', description: 'An id.' } },
          required: ['indicator'],
          additionalProperties: {
            description: 'A membership.',
            anyOf: [
              {
                type: 'array',
                items: { type: 'number', minimum: -1e15, maximum: 1e15 },
                minItems: 3,
                maxItems: 3,
              },
              {
                type: 'object',
                required: ['type', 'parameters'],
                properties: {
                  type: { const: 'gaussian' },
                  parameters: { type: 'array', items: { type: 'number' } },
                },
              },
            ],
          },
        },
      },
      training: {
        type: 'object',
        description: 'How it learns.',
        properties: {
          epochs: { type: 'integer', minimum: 1, maximum: 100_000, default: 100, description: 'Passes.' },
          weight: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: 10, description: 'A | weight.' },
          stopping: {
            description: 'Stops early.',
            anyOf: [{ type: 'boolean' }, { type: 'object', properties: { patience: { type: 'integer' } } }],
          },
          labels: {
            type: 'object',
            description: 'What it learns.',
            properties: { source: { enum: ['context', 'other'], default: 'context' } },
            anyOf: [
              {
                properties: {
                  source: { const: 'context' },
                  horizon: { type: 'integer', minimum: 1, default: 5 },
                },
              },
              { properties: { source: { const: 'other' } }, required: ['source'] },
            ],
          },
        },
      },
    },
  },
  labels: [
    { source: 'context', summary: 'Where the bars go', classes: ['UP', 'DOWN'] },
    { source: 'other', summary: 'A number.', classes: null },
  ],
};

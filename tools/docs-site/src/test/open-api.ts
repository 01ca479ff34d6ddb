/** A small OpenAPI document, in place of the API's. */
export const openApi = {
  info: { version: '1.2.3' },
  paths: {
    '/things/{id}': {
      post: {
        tags: ['things'],
        summary: 'Changes a thing',
        description: 'Role: `operate`.',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'The | thing.' },
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 1000 } },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        responses: {
          200: {
            content: {
              'application/json': {
                schema: { properties: { data: { $ref: '#/components/schemas/Thing' } } },
              },
            },
          },
          404: { description: '`not_found`' },
          500: { description: '`internal_error`' },
        },
      },
    },
    '/live': {
      get: {
        tags: ['service'],
        summary: 'Is alive',
        responses: { 200: {}, 500: { description: '`internal_error`' } },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        description: 'A thing.',
        required: ['name'],
        properties: {
          name: { type: 'string', description: 'Its <name>.' },
          size: { anyOf: [{ type: 'number' }, { type: 'null' }], default: 3 },
          kind: { enum: ['a', 'b'] },
        },
      },
    },
  },
};

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export interface Answer {
  status: number;
  contentType: string;
  text: string;
}

interface DocumentedOperation {
  description?: string;
  operationId: string;
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, object> };
}

/** Checks a service's responses against its document. */
export class ApiDocument {
  /** Checked responses, such as `getOperation 200`. */
  readonly checked = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: OpenApiDocument) {
    this.ajv.addSchema(closed(document) as object, 'api');
  }

  /** @param url address of the service */
  static async of(url: string): Promise<ApiDocument> {
    return new ApiDocument((await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument);
  }

  get operationIds(): string[] {
    return Object.values(this.document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
  }

  /** @throws Error if the document does not describe this response of the operation */
  check(operationId: string, { status, contentType, text }: Answer): void {
    const { path, method, operation } = this.find(operationId);
    const response = operation.responses[status];
    const where = `${operationId}, ${status} ${text.slice(0, 500)}`;
    if (response === undefined) throw new Error(`${where}: the document does not have the status`);
    const media = Object.keys(response.content ?? {}).find((type) => contentType.startsWith(type));
    if (media === undefined && text !== '')
      throw new Error(`${where}: the document does not have the content type ${contentType}`);
    if (media === 'application/json')
      this.validate(
        pointer('paths', path, method, 'responses', String(status), 'content', media),
        text,
        where,
      );
    // each event's data
    if (media === 'text/event-stream') {
      for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm))
        this.validate(pointer('paths', path, method, 'responses', '200', 'content', media), data, where);
    }
    if (status >= 400 && status !== 503) {
      const { error } = JSON.parse(text) as { error: { code: string } };
      if (!response.description.includes(`\`${error.code}\``))
        throw new Error(`${where}: the document does not have the code`);
    }
    this.checked.add(`${operationId} ${status}`);
  }

  private validate(schema: string, text: string, where: string): void {
    const key = `api#${schema}/schema`;
    const validate = this.validators.get(key) ?? this.ajv.compile({ $ref: key });
    this.validators.set(key, validate);
    if (!validate(JSON.parse(text))) throw new Error(`${where}\n${this.ajv.errorsText(validate.errors)}`);
  }

  private find(operationId: string) {
    for (const [path, item] of Object.entries(this.document.paths))
      for (const [method, operation] of Object.entries(item))
        if (operation.operationId === operationId) return { path, method, operation };
    throw new Error(`the document has no ${operationId}`);
  }
}

/** The same schemas without additional fields: a response must not have a field that the document does not describe. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isObject =
    entries.type === 'object' && 'properties' in entries && !('additionalProperties' in entries);
  return isObject ? { ...entries, additionalProperties: false } : entries;
}

function pointer(...steps: string[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}

import type { FastifyInstance } from 'fastify';

/** Name of the route constraint, and its only value. */
const CONSTRAINT = 'prefers';
const HTML = 'html';

/** Constraint of a route for browsers that open an address. Every other request goes to the API's route at the same address. */
export const FOR_BROWSERS: Readonly<Record<string, string>> = { [CONSTRAINT]: HTML };

/** Lets routes have the constraint `FOR_BROWSERS`. */
export function allowRoutesForBrowsers(fastify: FastifyInstance): void {
  fastify.addConstraintStrategy({
    name: CONSTRAINT,
    storage: () => {
      const handlers = new Map<unknown, never>();
      return {
        get: (value) => handlers.get(value) ?? null,
        set: (value, handler) => void handlers.set(value, handler as never),
      };
    },
    deriveConstraint: ({ headers }) => (prefersHtml(headers.accept) ? HTML : undefined),
    validate: () => undefined,
    // without a page at its path, such a request goes to the API
    mustMatchWhenDerived: false,
  });
}

const HTML_TYPE = /text\/html/i;

/** True for a browser that opens an address: it names HTML, and prefers it to JSON. */
export function prefersHtml(accept: string | undefined): boolean {
  // most requests come from programs
  if (accept === undefined || !HTML_TYPE.test(accept)) return false;
  const qualities = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(type, Number(quality));
  }
  const json =
    qualities.get('application/json') ?? qualities.get('application/*') ?? qualities.get('*/*') ?? 0;
  return (qualities.get('text/html') ?? 0) > json;
}

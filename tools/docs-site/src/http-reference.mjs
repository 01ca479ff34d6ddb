/** The reference of the HTTP API, as markdown, from the API's own OpenAPI document. */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const TYPES_PAGE = 'http-types.md';

/** @returns the page of routes */
export function httpApi({ openApi: { info, paths } }) {
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => ({
      path,
      method,
      ...item[method],
    })),
  );
  const common = codesOfAll(routes);
  const tags = [...new Set(routes.map(({ tags: [tag] = [] }) => tag ?? 'other'))];
  return [
    '# HTTP API',
    `Version ${info.version}. This page is made from the API's OpenAPI document, which every API serves at \`GET /openapi.json\`.`,
    'A request with a body sends JSON. A success is `{ "success": true, "data": ... }`; this page names the type of `data`. An error is `{ "success": false, "error": { "code", "message", "details"? } }`. Codes are stable; messages are for people.',
    `Every route can also answer with these codes: ${common.map(code).join(', ')}.`,
    'Once the API has a token, each request needs a header `Authorization: Bearer TOKEN`. [Access](access.md) describes tokens and roles, and [Operations](operations.md) the events and limits.',
    'This call lists the newest operations:',
    '```bash\ncurl localhost:8000/operations\n```',
    ...tags.flatMap((tag) => [
      `## ${heading(tag)}`,
      ...routes
        .filter(({ tags: [own] = [] }) => (own ?? 'other') === tag)
        .flatMap((route) => routeText(route, common)),
    ]),
  ].join('\n\n');
}

/** @returns the page of types that requests and answers use */
export function httpTypes({ openApi: { components } }) {
  const schemas = Object.entries(components.schemas).toSorted(([left], [right]) => left.localeCompare(right));
  return [
    '# HTTP types',
    'The types that the [HTTP API](http-api.md) uses, in alphabetical order. A field without "optional" is always present.',
    ...schemas.flatMap(([name, schema]) => [`## ${name}`, ...typeText(name, schema)]),
  ].join('\n\n');
}

function routeText(
  { path, method, summary, description = '', parameters = [], requestBody, responses },
  common,
) {
  const fields = parameters.map(({ name, in: place, required, schema, description: meaning }) =>
    row([
      code(name),
      place,
      typeOf(schema),
      notes({ ...schema, description: meaning ?? schema.description }, required),
    ]),
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([media, { schema }]) => `${typeOf(schema)} (\`${media}\`)`,
  );
  const errors = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, response]) => {
      const own = codesOf(response).filter((name) => !common.includes(name));
      return own.length === 0 ? [] : [`${status} ${own.map(code).join(', ')}`];
    });
  return [
    `### ${method.toUpperCase()} ${path}`,
    sentence(summary),
    description,
    ...(fields.length === 0 ? [] : [table(['parameter', 'in', 'type', 'meaning'], fields)]),
    ...(bodies.length === 0
      ? []
      : [`**Body**: ${bodies.join(' or ')}${requestBody.required === false ? ', optional' : ''}.`]),
    `**Answer**: ${answerOf(responses)}.`,
    ...(errors.length === 0 ? [] : [`**Errors**: ${errors.join('; ')}.`]),
  ];
}

function answerOf(responses) {
  return Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, { content = {} }]) => {
      const types = Object.entries(content).map(([media, { schema }]) => {
        const type = typeOf(schema?.properties?.data ?? schema ?? {});
        return media === 'application/json' ? type : `${type} (\`${media}\`)`;
      });
      return types.length === 0 ? `${status}, no body` : `${status} ${types.join(' or ')}`;
    })
    .join('; ');
}

function typeText(name, schema) {
  const about = schema.description === undefined ? [] : [oneLine(schema.description)];
  const { properties, required = [] } = schema;
  if (properties === undefined) return [...about, `${typeOf(schema)}${limits(schema)}.`];
  const rows = Object.entries(properties).map(([field, type]) =>
    row([code(field), typeOf(type), notes(type, required.includes(field))]),
  );
  return [...about, rows.length === 0 ? 'No fields.' : table(['field', 'type', 'meaning'], rows)];
}

/** A schema's type in words, with links to the types that have names. */
function typeOf(schema) {
  const {
    $ref,
    type,
    enum: values,
    const: only,
    items,
    anyOf,
    oneOf,
    allOf,
    properties,
    additionalProperties,
  } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1);
    return `[${name}](${TYPES_PAGE}#${name.toLowerCase()})`;
  }
  if (only !== undefined) return code(JSON.stringify(only));
  if (values !== undefined) return values.map((value) => code(JSON.stringify(value))).join(' or ');
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return unique(choices.map(typeOf)).join(' or ');
  if (allOf !== undefined) return unique(allOf.map(typeOf)).join(' and ');
  if (Array.isArray(type)) return unique(type.map((each) => typeOf({ ...schema, type: each }))).join(' or ');
  if (type === 'array')
    return `list of ${Array.isArray(items) || items === undefined ? 'values' : typeOf(items)}`;
  if (properties !== undefined)
    return `object (${Object.entries(properties)
      .map(([name, inner]) => `${code(name)}: ${typeOf(inner)}`)
      .join(', ')})`;
  if (type === 'object' && typeof additionalProperties === 'object')
    return `object of ${typeOf(additionalProperties)}`;
  return type ?? 'any value';
}

function notes(schema, required) {
  const bounds = limits(schema).replace(/^, /, '');
  const sentences = [
    required ? '' : 'Optional',
    oneLine(schema.description ?? ''),
    bounds.charAt(0).toUpperCase() + bounds.slice(1),
  ];
  return sentences.filter(Boolean).map(sentence).join(' ');
}

function limits({ minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, default: preset }) {
  const parts = [
    between(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ''),
    between(minLength, maxLength, ' characters'),
    between(minItems, maxItems, ' entries'),
    pattern === undefined ? undefined : `pattern ${code(pattern)}`,
    preset === undefined ? undefined : `default ${code(JSON.stringify(preset))}`,
  ];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => `, ${part}`)
    .join('');
}

function between(least, most, unit) {
  if (least === undefined && most === undefined) return undefined;
  if (least === undefined) return `at most ${number(most)}${unit}`;
  if (most === undefined) return `at least ${number(least)}${unit}`;
  return `${number(least)} to ${number(most)}${unit}`;
}

const number = (value) => value.toLocaleString('en');
const unique = (texts) => [...new Set(texts)];
const oneLine = (text) => text.replaceAll(/\s+/g, ' ').trim();
const sentence = (text = '') => (/[.?!]$/.test(text) ? text : `${text}.`);
const heading = (tag) => tag.charAt(0).toUpperCase() + tag.slice(1).replaceAll('-', ' ');
const code = (text) => `\`${text}\``;
const cell = (text) => text.replaceAll('|', '\\|');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;
const table = (names, rows) => [row(names), row(names.map(() => '---')), ...rows].join('\n');

const codesOf = ({ description = '' }) => [...description.matchAll(/`(\w+)`/g)].map(([, name]) => name);
function codesOfAll(routes) {
  const sets = routes.map(({ responses }) => Object.values(responses).flatMap(codesOf));
  return sets.reduce((shared, codes) => shared.filter((name) => codes.includes(name)));
}

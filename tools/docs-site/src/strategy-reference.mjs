/** The page of all fields of a strategy file, as markdown, from the JSON Schema of the grammar. */

/** @param described what `strategySchema()` of `@ktrdr/strategy` returns */
export function strategyFields({ schema, labels }) {
  const { properties, required = [] } = schema;
  const classes = new Map(labels.map((label) => [label.source, label]));
  return [
    '# Strategy fields',
    'Every field of a strategy file. This page is made from the grammar that reads the files; `GET /strategies/schema` returns the same as JSON Schema, for editors. [Strategy files](strategies.md) explains the parts with an example.',
    'A field with a default is optional. An unknown key is a warning and has no effect. `ID` and `NAME` stand for names of your choice.',
    ...Object.entries(properties).flatMap(([name, field]) =>
      sectionText(name, field, required.includes(name), classes),
    ),
  ].join('\n\n');
}

function sectionText(name, field, isRequired, classes) {
  if (name === 'indicators')
    return [
      `## ${name}`,
      `Required. ${sentence(field.description)}`,
      'An indicator has a `type` and its parameters. [Indicators](indicators.md) lists all types, with parameters, defaults and outputs.',
    ];
  const found = { rows: [], variants: [] };
  collect(name, field, isRequired, found);
  // the section's own row repeats its heading
  const [{ meaning }, ...rows] = found.rows;
  return [
    `## ${name}`,
    `${isRequired ? 'Required. ' : ''}${meaning}`,
    rows.length === 0 ? `Value: ${valueOf(field)}.` : table(rows, name),
    ...found.variants.flatMap((variant) => variantText(variant, name, classes)),
  ];
}

function variantText({ path, key, value, schema }, section, classes) {
  const found = { rows: [], variants: [] };
  const { properties = {}, required = [] } = schema;
  for (const [name, field] of Object.entries(properties))
    if (name !== key) collect(`${path}.${name}`, field, required.includes(name), found);
  const { summary, classes: names } = (path.endsWith('.labels') && classes.get(value)) || {};
  const learns = names == null ? '' : ` Classes: ${names.map(code).join(', ')}.`;
  return [
    `### ${path}, ${key}: ${value}`,
    ...(summary === undefined && schema.description === undefined
      ? []
      : [`${sentence(summary ?? schema.description)}${learns}`]),
    found.rows.length === 0 ? 'No other fields.' : table(found.rows, section),
  ];
}

/** Adds the rows of a field and of everything in it, and the variants that depend on one of its fields. */
function collect(path, field, isRequired, found) {
  const { properties = {}, required = [], additionalProperties, items } = field;
  found.rows.push({ path, field, isRequired, meaning: sentence(field.description ?? '') });
  for (const [name, inner] of Object.entries(properties))
    collect(`${path}.${name}`, inner, required.includes(name), found);
  if (typeof additionalProperties === 'object')
    collect(path.includes('.ID') ? `${path}.NAME` : `${path}.ID`, additionalProperties, false, found);
  if (items?.properties !== undefined)
    for (const [name, inner] of Object.entries(items.properties))
      collect(`${path}[].${name}`, inner, (items.required ?? []).includes(name), found);
  for (const schema of choicesOf(field)) {
    const [key, chosen] =
      Object.entries(schema.properties ?? {}).find(([, { const: only }]) => only !== undefined) ?? [];
    if (key !== undefined) found.variants.push({ path, key, value: chosen.const, schema });
    // the same field in another notation: an object in place of one value
    else if (schema.properties !== undefined)
      for (const [name, inner] of Object.entries(schema.properties))
        collect(`${path}.${name}`, inner, (schema.required ?? []).includes(name), found);
  }
}

const choicesOf = ({ anyOf, oneOf }) =>
  (anyOf ?? oneOf ?? []).filter(({ type, properties }) => type === 'object' || properties !== undefined);

/** @param section the part of each path that the heading has said already */
function table(rows, section) {
  return [
    '| field | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ path, field, isRequired, meaning }) => {
      const preset =
        field.default === undefined ? (isRequired ? 'required' : '') : code(JSON.stringify(field.default));
      return `| ${[code(path.slice(section.length).replace(/^\./, '')), valueOf(field), preset, meaning].map(cell).join(' | ')} |`;
    }),
  ].join('\n');
}

/** The allowed values of a field, in words. */
function valueOf(field) {
  const { type, enum: values, const: only, anyOf, oneOf } = field;
  if (only !== undefined) return code(text(only));
  if (values !== undefined) return values.map((value) => code(text(value))).join(', ');
  const choices = anyOf ?? oneOf;
  if (choices !== undefined && type === undefined) return [...new Set(choices.map(valueOf))].join(' or ');
  if (Array.isArray(type)) return type.map((each) => valueOf({ ...field, type: each })).join(' or ');
  if (type === 'array') return listOf(field);
  if (type === 'number' || type === 'integer')
    return `${type === 'integer' ? 'whole number' : 'number'}${range(field)}`;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'object' || type === undefined) return 'map';
  if (type === 'null') return 'empty';
  return type === 'string' ? 'text' : String(type);
}

function listOf({ items, minItems, maxItems }) {
  if (items === undefined || items.type === 'object') return 'list of maps';
  const count = minItems === maxItems && minItems !== undefined ? `${minItems} ` : '';
  return `list of ${count}${valueOf(items).replace(/^(text|number|whole number)/, '$1s')}`;
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }) {
  const least =
    exclusiveMinimum === undefined
      ? isLimit(minimum)
        ? `at least ${format(minimum)}`
        : undefined
      : `above ${format(exclusiveMinimum)}`;
  const most =
    exclusiveMaximum === undefined
      ? isLimit(maximum)
        ? `at most ${format(maximum)}`
        : undefined
      : `below ${format(exclusiveMaximum)}`;
  if (least?.startsWith('at least') && most?.startsWith('at most'))
    return ` from ${format(minimum)} to ${format(maximum)}`;
  return [least, most]
    .filter((part) => part !== undefined)
    .map((part, index) => `${index === 0 ? ' ' : ', '}${part}`)
    .join('');
}

/** Bounds that nobody reaches only keep the arithmetic exact. */
const isLimit = (value) => value !== undefined && Math.abs(value) < 1e15;
const format = (value) => value.toLocaleString('en', { maximumFractionDigits: 12 });
const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const sentence = (words) => (words === '' || /[.?!]$/.test(words) ? words : `${words}.`);
const code = (words) => `\`${words}\``;
const cell = (words) => words.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

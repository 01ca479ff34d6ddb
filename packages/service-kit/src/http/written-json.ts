import { printableJson } from '@ktrdr/contracts';

/** A response of type `T`, already serialized as JSON. */
export class WrittenJson<T> {
  declare readonly type: T;

  /** The text inside the response envelope. Built once, because it may be long. */
  readonly envelope: string;

  constructor(readonly text: string) {
    this.envelope = `{"success":true,"data":${text}}`;
  }
}

// Nest compares the source text of every answer's constructor with that of `Object`
Reflect.deleteProperty(WrittenJson.prototype, 'constructor');

const written = new WeakMap<object, WrittenJson<unknown>>();

/** The JSON of an object that nobody changes. The same object is serialized only once. */
export function writtenJson<T extends object>(value: T): WrittenJson<T> {
  const known = written.get(value);
  if (known !== undefined) return known as WrittenJson<T>;
  const text = new WrittenJson<T>(printableJson(value));
  written.set(value, text);
  return text;
}

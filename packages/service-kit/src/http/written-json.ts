import { printableJson } from '@ktrdr/contracts';

/** A response of type `T` that is written as JSON already. */
export class WrittenJson<T> {
  declare readonly type: T;

  /** The text in the envelope of a response. It is put together once, because it may be long. */
  readonly envelope: string;

  constructor(readonly text: string) {
    this.envelope = `{"success":true,"data":${text}}`;
  }
}

const written = new WeakMap<object, WrittenJson<unknown>>();

/** The JSON of an object that nobody changes. The same object is written only once. */
export function writtenJson<T extends object>(value: T): WrittenJson<T> {
  const known = written.get(value);
  if (known !== undefined) return known as WrittenJson<T>;
  const text = new WrittenJson<T>(printableJson(value));
  written.set(value, text);
  return text;
}

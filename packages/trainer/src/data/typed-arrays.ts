/** The kinds of arrays in a dataset. Files contain these names. */
const KINDS = { Float32Array, Float64Array, Int32Array } as const;
type Kind = keyof typeof KINDS;
export type DataArray = InstanceType<(typeof KINDS)[Kind]>;

/** Arrays start at multiples of this. */
const ALIGNMENT = 8;

/** A value as text and arrays: what `JSON.stringify` gives for it, with references to the arrays and with all numbers exact. */
export interface PackedValue {
  text: string;
  arrays: DataArray[];
}

/** Where an array is: its bytes begin at `at`, a multiple of 8. */
interface Place {
  kind: Kind;
  length: number;
  at: number;
}

/** Numbers that JSON does not have. */
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity,
  '-Infinity': -Infinity,
  '-0': -0,
};

/** Separates a value of plain objects, lists and typed arrays into text and arrays. An array that occurs twice is kept once. @throws TypeError for other collections, whose content JSON would lose */
export function packValue(value: unknown): PackedValue {
  const arrays: DataArray[] = [];
  const indexes = new Map<unknown, number>();
  const body = JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'number') {
      const special = Object.is(item, -0) ? '-0' : String(item);
      return special in SPECIAL ? { $number: special } : item;
    }
    const kind = kindOf(item);
    if (kind === null) {
      if (ArrayBuffer.isView(item) || item instanceof Map || item instanceof Set)
        throw new TypeError(`A ${item.constructor.name} cannot be packed: JSON would lose its content`);
      return item;
    }
    const known = indexes.get(item);
    if (known !== undefined) return { $array: known };
    indexes.set(item, arrays.length);
    return { $array: arrays.push(item as DataArray) - 1 };
  });
  let at = 0;
  const places = arrays.map((array): Place => {
    const place = { kind: kindOf(array)!, length: array.length, at };
    at += paddedBytes(array.byteLength);
    return place;
  });
  return { text: JSON.stringify({ places, body }), arrays };
}

/** The value that was packed. Its arrays are views of `bytes`, which holds them in order, each padded. */
export function unpackValue(text: string, bytes: ArrayBuffer, offset: number): unknown {
  const { places, body } = JSON.parse(text) as { places: Place[]; body: string };
  const arrays = places.map(({ kind, length, at }) => new KINDS[kind](bytes, offset + at, length));
  return JSON.parse(body, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    if ('$array' in item) return arrays[item.$array as number];
    if ('$number' in item) return SPECIAL[item.$number as string];
    return item;
  }) as unknown;
}

/** Bytes of an array or text with its padding. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function kindOf(item: unknown): Kind | null {
  for (const kind of Object.keys(KINDS) as Kind[]) if (item instanceof KINDS[kind]) return kind;
  return null;
}

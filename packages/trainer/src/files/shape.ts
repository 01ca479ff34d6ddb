/** Checks a value of JSON. Returns the place of the first problem, such as `features[3].name`, or `null`. */
export type Shape = (value: unknown, place: string) => string | null;

export const shapeOf =
  (isRight: (value: unknown) => boolean): Shape =>
  (value, place) =>
    isRight(value) ? null : place;

export const text = shapeOf((value) => typeof value === 'string');
export const flag = shapeOf((value) => typeof value === 'boolean');
export const number = shapeOf((value) => Number.isFinite(value));
export const count = shapeOf((value) => Number.isSafeInteger(value) && Number(value) >= 0);
export const positive = shapeOf((value) => Number.isSafeInteger(value) && Number(value) > 0);
export const time = shapeOf((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));

export const oneOf = (values: readonly string[]): Shape =>
  shapeOf((value) => values.includes(value as string));

export const orNull =
  (shape: Shape): Shape =>
  (value, place) =>
    value === null ? null : shape(value, place);

/** For fields that files of earlier versions do not have. */
export const orMissing =
  (shape: Shape): Shape =>
  (value, place) =>
    value === undefined ? null : shape(value, place);

/** @param most items */
export const listOf =
  (item: Shape, most = Infinity): Shape =>
  (value, place) => {
    if (!Array.isArray(value) || value.length > most) return place;
    for (const [index, one] of value.entries()) {
      const problem = item(one, `${place}[${index}]`);
      if (problem !== null) return problem;
    }
    return null;
  };

/** An object with at least these keys. */
export const recordOf =
  (keys: Record<string, Shape>): Shape =>
  (value, place) => {
    if (!isRecord(value)) return place;
    for (const [key, shape] of Object.entries(keys)) {
      const problem = shape(
        Object.hasOwn(value, key) ? value[key] : undefined,
        place === '' ? key : `${place}.${key}`,
      );
      if (problem !== null) return problem;
    }
    return null;
  };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

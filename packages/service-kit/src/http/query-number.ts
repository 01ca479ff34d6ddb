import { Transform } from 'class-transformer';

/**
 * A number of a query: decimal digits, with a minus sign or a decimal point at most. Everything else stays text, which the checks of
 * numbers reject: an empty value, spaces, `+1`, `0x10`, `1e3`.
 */
export const QueryNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  );

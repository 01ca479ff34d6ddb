/** Shown where a value is unknown. */
export const UNKNOWN = '–';

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(undefined, options);
  formats.set(key, known);
  return known;
}

/** A number in the user's locale. @param digits of the fraction, exactly */
export function formatNumber(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** `1 bar`, `9,207 bars`: a count with its noun. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}

/** A share 0..1 as percent. */
export function formatPercent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  return format({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    share,
  );
}

/** A share with its sign: for differences and returns. */
export function formatSignedPercent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  return format({
    style: 'percent',
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** A difference of two shares in percentage points, with its sign and without a unit: 0.012 -> +1.2. */
export function formatSignedPoints(difference: number | null | undefined, digits = 1): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference)) return UNKNOWN;
  return format({
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(difference * 100);
}

/** Four significant digits, for losses and rates: 0.6931, 1.2e-5. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const isTiny = value !== 0 && Math.abs(value) < 1e-3;
  return format({
    maximumSignificantDigits: 4,
    notation: isTiny ? 'scientific' : 'standard',
  }).format(value);
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

/** @param bytes shown in the unit that fits, 1 kB = 1000 bytes */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${formatNumber(bytes)} B`;
  const power = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3));
  const unit = UNITS[power - 1] ?? 'gigabyte';
  return format({ style: 'unit', unit, maximumSignificantDigits: 3 }).format(bytes / 1000 ** power);
}

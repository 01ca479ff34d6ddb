const formatters = new Map<string, Intl.DateTimeFormat>();

/** Local time minus UTC of a zone at an instant, ms, as Intl says it. A whole number of ms since 1970 is expected. */
export function offsetByIntl(zone: string, instant: number): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formatters.set(zone, formatter);
  }
  const [day, month, year, hour, minute, second] = formatter.format(instant).split(/\D+/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

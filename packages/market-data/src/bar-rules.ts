/** Adjusted prices carry rounding noise. A high below a close by less than this fraction is accepted. */
const PRICE_NOISE = 1e-6;

/** What is wrong with the prices of one bar, as text. `null` if they are sound. */
export function priceProblem(open: number, high: number, low: number, close: number): string | null {
  const noise = Math.abs(high) * PRICE_NOISE;
  if (low > high + noise) return `high ${high} is below low ${low}`;
  if (open > high + noise) return `high ${high} is below open ${open}`;
  if (close > high + noise) return `high ${high} is below close ${close}`;
  if (open < low - noise) return `low ${low} is above open ${open}`;
  if (close < low - noise) return `low ${low} is above close ${close}`;
  return null;
}

/** What is wrong with the volume of one bar, as text. `null` if it is sound. */
export function volumeProblem(volume: number): string | null {
  return volume < 0 ? `volume ${volume} must not be negative` : null;
}

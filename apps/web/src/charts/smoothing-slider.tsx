import type { Signal } from '@preact/signals';
import { formatNumber } from '../format/numbers.js';
import './smoothing-slider.css';

/** Highest weight of the smoothing. */
const MOST_SMOOTHING = 0.98;

/** How much of the values before counts in a smoothed curve. */
export function SmoothingSlider({ weight }: { weight: Signal<number> }) {
  return (
    <label class="curve-choice">
      Smoothing
      <input
        type="range"
        min={0}
        max={MOST_SMOOTHING}
        step={0.02}
        value={weight.value}
        onInput={(event) => {
          weight.value = Number(event.currentTarget.value);
        }}
      />
      <output class="number">{formatNumber(weight.value, 2)}</output>
    </label>
  );
}

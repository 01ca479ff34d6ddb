import type { Signal } from '@preact/signals';
import { SmoothingSlider } from '../../charts/smoothing-slider.js';
import { Segmented } from '../../components/segmented.js';
import { wordsOf } from '../../operations/operation-words.js';
import { CURVE_METRICS, type CurveMetric } from './curve-data.js';

interface CurveControlsProps {
  metric: Signal<CurveMetric>;
  smoothing: Signal<number>;
  isLog: Signal<boolean>;
}

/** Which metric the curves show, how smooth they are, and the kind of their axis. */
export function CurveControls({ metric, smoothing, isLog }: CurveControlsProps) {
  return (
    <>
      <Segmented
        label="Metric"
        values={CURVE_METRICS}
        chosen={metric.value}
        titleOf={wordsOf}
        choose={(name) => {
          metric.value = name;
        }}
      />
      <SmoothingSlider weight={smoothing} />
      <label class="check-line">
        <input
          type="checkbox"
          checked={isLog.value}
          onChange={(event) => {
            isLog.value = event.currentTarget.checked;
          }}
        />
        Log axis
      </label>
    </>
  );
}

/** Classes per base bar, with how far each label looked ahead. */
export interface ClassLabels {
  output: 'classification';
  /** Names by class index. */
  classes: readonly string[];
  /** `[bars]`, class index; -1 = unlabelled. */
  label: Int8Array;
  /** `[bars]`, e(t): index of the last bar that the label of bar t looked at; -1 where unlabelled. */
  end: Int32Array;
  /** `[bars]`, how unique a label is, 0..1; 0 where unlabelled. `null` = all count the same. */
  uniqueness: Float64Array | null;
}

/** Numbers per base bar, with how far each looked ahead. */
export interface ValueLabels {
  output: 'regression';
  /** `[bars]`; `NaN` = unlabelled. */
  value: Float64Array;
  /** As for classes. */
  end: Int32Array;
}

export type Labels = ClassLabels | ValueLabels;

/** Classes of zigzag and triple barriers. */
export const SIGNAL_CLASSES = ['BUY', 'HOLD', 'SELL'] as const;
export const [BUY, HOLD, SELL] = [0, 1, 2];

/** Bars without any label yet. */
export function unlabelled(bars: number, classes: readonly string[]): ClassLabels {
  return {
    output: 'classification',
    classes,
    label: new Int8Array(bars).fill(-1),
    end: new Int32Array(bars).fill(-1),
    uniqueness: null,
  };
}

/** Classes per base bar, and how far ahead each label looks. */
export interface ClassLabels {
  output: 'classification';
  /** Names by class index. */
  classes: readonly string[];
  /** `[bars]`, class index; -1 = unlabelled. */
  label: Int8Array;
  /** `[bars]`, e(t): index of the last bar that the label of bar t depends on; -1 = unlabelled. */
  end: Int32Array;
  /** `[bars]`, uniqueness of each label, 0..1; 0 = unlabelled. `null`: all labels count the same. */
  uniqueness: Float64Array | null;
}

/** Numbers per base bar, and how far ahead each looks. */
export interface ValueLabels {
  output: 'regression';
  /** `[bars]`; `NaN` = unlabelled. */
  value: Float64Array;
  /** `[bars]`, e(t), as in `ClassLabels`. */
  end: Int32Array;
}

/** Labels of one symbol's base bars. */
export type Labels = ClassLabels | ValueLabels;

/** Classes of zigzag and triple barrier labels. */
export const SIGNAL_CLASSES = ['BUY', 'HOLD', 'SELL'] as const;
/** Class indexes of `SIGNAL_CLASSES`. */
export const [BUY, HOLD, SELL] = [0, 1, 2];

/** `bars` bars without labels. */
export function unlabelled(bars: number, classes: readonly string[]): ClassLabels {
  return {
    output: 'classification',
    classes,
    label: new Int8Array(bars).fill(-1),
    end: new Int32Array(bars).fill(-1),
    uniqueness: null,
  };
}

import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { LineChart } from '../../charts/line-chart.js';
import { Figures } from '../../components/figures.js';
import { Segmented } from '../../components/segmented.js';
import { formatMetric, formatNumber } from '../../format/numbers.js';
import { wordsOf } from '../../operations/operation-words.js';
import { CurveControls } from './curve-controls.js';
import {
  bestPoint,
  CURVE_PARTS,
  curvesOf,
  hasParts,
  seedsOf,
  type CurveMetric,
  type CurvePart,
  type CurvePoint,
  type SeedView,
} from './curve-data.js';

interface CurvesCardProps {
  points: readonly CurvePoint[];
  /** True while more points come. */
  isRunning: boolean;
  /** Seed of the first of several. */
  firstSeed: number;
  /** Why the training stopped. */
  stopped: string | undefined;
}

const PART_WORDS: Readonly<Record<CurvePart, string>> = {
  both: 'Both',
  train: 'Train',
  validation: 'Validation',
};

/** Loss, accuracy, learning rate and speed over the epochs, with the best epoch. */
export function CurvesCard({ points, isRunning, firstSeed, stopped }: CurvesCardProps) {
  const metric = useSignal<CurveMetric>('loss');
  const smoothing = useSignal(0);
  const isLog = useSignal(false);
  const part = useSignal<CurvePart>('both');
  const choice = useSignal<SeedView | number>('mean');
  const seeds = seedsOf(points);
  const seedName = (seed: number): string => `seed ${firstSeed + seed - 1}`;
  const chosen = choice.value;
  const isOne = typeof chosen === 'number';
  const shown = isOne ? points.filter(({ seed }) => seed === chosen) : points;
  const drawn = useMemo(() => {
    const view = { metric: metric.value, smoothing: smoothing.value, part: part.value };
    return curvesOf(shown, { ...view, seeds: isOne ? 'each' : chosen }, seedName);
  }, [points, chosen, metric.value, smoothing.value, part.value]);
  const { x, ranges } = drawn;
  const curves = [...drawn.curves, ...drawn.best];
  const best = bestPoint(shown);
  const last = shown.at(-1) ?? null;
  const ofRun = best === null || best.seed === null ? '' : `, ${seedName(best.seed)}`;
  return (
    <section class="card" id="curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Curves</h2>
      {points.length === 0 ? (
        <p class="muted chart-empty">
          {isRunning
            ? 'The first point appears after the first epoch.'
            : 'There are no points: no epoch has ended.'}
        </p>
      ) : (
        <div class="stack">
          <Figures
            figures={[
              ['Best validation loss', formatMetric(best?.val_loss)],
              ['Best epoch', best === null ? '–' : `${formatNumber(best.epoch)}${ofRun}`],
              ['Accuracy in that epoch', best?.val_accuracy == null ? '–' : formatMetric(best.val_accuracy)],
              ['Last validation loss', formatMetric(last?.val_loss)],
              ['Epochs', formatNumber(Math.max(...points.map(({ epoch }) => epoch)))],
            ]}
          />
          {stopped !== undefined && <p class="card-line muted">Stopped: {stopped}.</p>}
          <div class="chart-controls">
            <CurveControls metric={metric} smoothing={smoothing} isLog={isLog} />
            {seeds.length > 1 && hasParts(metric.value) && (
              <Segmented
                label="Part"
                values={CURVE_PARTS}
                chosen={part.value}
                titleOf={(one) => PART_WORDS[one]}
                choose={(one) => {
                  part.value = one;
                }}
              />
            )}
            {seeds.length > 1 && (
              <label class="curve-choice">
                Seeds
                <select
                  value={chosen}
                  onChange={({ currentTarget: { value } }) => {
                    choice.value = value === 'mean' || value === 'each' ? value : Number(value);
                  }}
                >
                  <option value="mean">mean and range of {seeds.length}</option>
                  <option value="each">each of {seeds.length}</option>
                  {seeds.map((seed) => (
                    <option key={seed} value={seed}>
                      {seedName(seed)}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
          {curves.length === 0 ? (
            <p class="muted chart-empty">This training did not record this metric.</p>
          ) : (
            <LineChart
              label={`${wordsOf(metric.value)} of ${x.length} epochs; best validation loss ${formatMetric(best?.val_loss)} in epoch ${best?.epoch ?? '–'}`}
              xName="epoch"
              x={x}
              curves={curves}
              ranges={ranges}
              height={300}
              isLog={isLog.value}
              marks={best === null ? [] : [{ x: best.epoch, name: `best: epoch ${best.epoch}${ofRun}` }]}
            />
          )}
          {ranges.length > 0 && (
            <p class="card-line muted">
              In each epoch, an area spans the values of all seeds that trained in it.
            </p>
          )}
        </div>
      )}
    </section>
  );
}

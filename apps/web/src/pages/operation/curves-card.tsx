import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { ApiError } from '../../api/api-error.js';
import { LineChart } from '../../charts/line-chart.js';
import { Figures } from '../../components/figures.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { Segmented } from '../../components/segmented.js';
import { formatMetric, formatNumber } from '../../format/numbers.js';
import { wordsOf } from '../../operations/operation-words.js';
import { CurveControls } from './curve-controls.js';
import {
  bestPoint,
  CURVE_PARTS,
  curvesOf,
  hasParts,
  lastEpochs,
  seedsOf,
  type CurveMetric,
  type CurvePart,
  type CurvePoint,
  type SeedView,
} from './curve-data.js';

interface CurvesCardProps {
  /** `null` until they are read. */
  points: readonly CurvePoint[] | null;
  /** Why the newest points were not read. */
  error: ApiError | null;
  reload: () => void;
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
export function CurvesCard({ points, error, reload, ...others }: CurvesCardProps) {
  return (
    <section class="card" id="curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Curves</h2>
      {error !== null && <ErrorNote error={error} retry={reload} />}
      {points !== null ? (
        <Curves points={points} {...others} />
      ) : (
        error === null && (
          <div class="curves-loading">
            <Loading label="curve" lines={10} />
          </div>
        )
      )}
    </section>
  );
}

type CurvesProps = Omit<CurvesCardProps, 'points' | 'error' | 'reload'> & { points: readonly CurvePoint[] };

function Curves({ points, isRunning, firstSeed, stopped }: CurvesProps) {
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
  // of the seed with the best epoch
  const last = shown.findLast(({ seed }) => best === null || seed === best.seed) ?? null;
  const ofRun = best === null || best.seed === null ? '' : `, ${seedName(best.seed)}`;
  const lasts = lastEpochs(shown);
  if (points.length === 0)
    return (
      <p class="muted chart-empty">
        {isRunning
          ? 'The first point appears after the first epoch.'
          : 'There are no points: no epoch has ended.'}
      </p>
    );
  return (
    <div class="stack">
      <Figures
        figures={[
          ['Best validation loss', formatMetric(best?.val_loss)],
          [
            'Best epoch',
            best === null
              ? '–'
              : `${formatNumber(best.epoch)} of ${formatNumber(lasts.get(best.seed))} trained${ofRun}`,
          ],
          ['Accuracy in that epoch', best?.val_accuracy == null ? '–' : formatMetric(best.val_accuracy)],
          [`Last validation loss${ofRun}`, formatMetric(last?.val_loss)],
          ...(best === null || lasts.size > 1 ? [['Epochs trained', rangeText(lasts)] as const] : []),
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
          In each epoch, a mean and its area are those of the seeds that trained in it: {seedsText(lasts)}.
        </p>
      )}
    </div>
  );
}

/** `12 to 40 by seed`, or `40`: the last epochs of the seeds. */
function rangeText(lasts: ReadonlyMap<number | null, number>): string {
  const least = Math.min(...lasts.values());
  const most = Math.max(...lasts.values());
  return least === most ? formatNumber(most) : `${formatNumber(least)} to ${formatNumber(most)} by seed`;
}

/** How many seeds the mean of an epoch is of: `all 16 up to epoch 12, 3 of them in epoch 40`. */
function seedsText(lasts: ReadonlyMap<number | null, number>): string {
  const least = Math.min(...lasts.values());
  const most = Math.max(...lasts.values());
  if (least === most) return `all ${lasts.size} in every epoch`;
  const atEnd = [...lasts.values()].filter((last) => last === most).length;
  return `all ${lasts.size} up to epoch ${formatNumber(least)}, ${atEnd} of them in epoch ${formatNumber(most)}`;
}

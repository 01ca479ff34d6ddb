import {
  MOST_PREDICTED_BARS,
  type BarPrediction,
  type ModelDetails,
  type PredictResponse,
} from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { BarTime } from '../../components/bar-time.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { DataTable } from '../../components/data-table.js';
import { Field } from '../../components/field.js';
import { ErrorNote, Note } from '../../components/note.js';
import { TextInput } from '../../components/text-input.js';
import { formatPercent, formatSignedPercent, UNKNOWN } from '../../format/numbers.js';
import { useResource } from '../../live/use-resource.js';
import { barDay } from '../../models/bar-day.js';

/** Bars that the page asks for: a table of more helps nobody. */
const MOST_SHOWN = Math.min(200, MOST_PREDICTED_BARS);
const FIRST_BARS = '10';

/** What the model says about the newest bars. A prediction starts a process, so it runs only on request. */
export function PredictionsCard({ model: { summary } }: { model: ModelDetails }) {
  const { strategy, version, timeframe, symbols } = summary;
  const symbol = useSignal(symbols[0] ?? '');
  const last = useSignal(FIRST_BARS);
  const answer = useSignal<PredictResponse | null>(null);
  const { value } = useResource('bars', (signal) => request('listBars', { signal })).resource.value;
  const others = (value?.bars ?? [])
    .filter((info) => info.timeframe === timeframe)
    .map((info) => info.symbol);
  const choices = [...new Set([...symbols, ...others])];
  const count = Number(last.value);
  const problem =
    Number.isInteger(count) && count >= 1 && count <= MOST_SHOWN
      ? null
      : `Write a whole number from 1 to ${MOST_SHOWN}.`;
  const action = useAction(
    () =>
      request('predict', {
        params: { strategy, version },
        body: { symbol: symbol.peek(), timeframe, last: Number(last.peek()) },
      }),
    (predicted) => (answer.value = predicted),
  );
  const { isRunning, error } = action.state.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (problem === null) action.run();
  };
  return (
    <section class="card" aria-label="Predictions">
      <h2>Predictions of the newest bars</h2>
      <form class="filters" onSubmit={submit}>
        <Field label="Symbol">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={symbol.value}
              choices={choices.map((one): [string, string] => [
                one,
                symbols.includes(one) ? one : `${one} (not trained on)`,
              ])}
              onChoose={(chosen) => (symbol.value = chosen)}
            />
          )}
        </Field>
        <Field label="Bars" error={problem}>
          {(attributes) => (
            <TextInput attributes={attributes} value={last.value} onType={(text) => (last.value = text)} />
          )}
        </Field>
        <button type="submit" class="button" disabled={isRunning || problem !== null}>
          {isRunning ? 'Predicting' : 'Predict'}
        </button>
      </form>
      {error !== null && <ErrorNote error={error} />}
      {answer.value !== null && <Predictions answer={answer.value} />}
    </section>
  );
}

function Predictions({ answer }: { answer: PredictResponse }) {
  const { symbol, timeframe, classes, predictions, warnings, output_type, confidence_threshold, edge } =
    answer;
  const isRegression = output_type === 'regression';
  return (
    <div class="stack">
      {warnings.map((warning) => (
        <Note key={warning} kind="warning">
          {warning}
        </Note>
      ))}
      <DataTable
        label={`Predictions for ${symbol} ${timeframe}`}
        columns={[
          { title: 'Bar', cell: (row: BarPrediction) => <BarTime time={barDay(row.time, timeframe)} /> },
          { title: 'Decision', cell: ({ decision }) => decision ?? UNKNOWN },
          ...(isRegression
            ? [
                {
                  title: 'Predicted return',
                  isNumber: true,
                  cell: ({ value }: BarPrediction) => formatSignedPercent(value, 3),
                },
              ]
            : [
                { title: 'Class', cell: (row: BarPrediction) => row.class ?? UNKNOWN },
                ...classes.map((name) => ({
                  title: `P(${name})`,
                  isNumber: true,
                  cell: ({ probabilities }: BarPrediction) => formatPercent(probabilities?.[name]),
                })),
              ]),
        ]}
        rows={predictions.toReversed()}
      />
      <p class="field-hint">
        {symbol} {timeframe}, the newest bar first; each is predicted at its close.{' '}
        {confidence_threshold !== null &&
          `If no class reaches ${formatPercent(confidence_threshold)}, the decision is HOLD. `}
        {edge !== null &&
          `Above ${formatPercent(edge, 3)} the decision is BUY; below ${formatPercent(-edge, 3)} it is SELL.`}
      </p>
    </div>
  );
}

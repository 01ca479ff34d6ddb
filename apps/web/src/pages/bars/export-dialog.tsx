import { EXPORT_FORMATS, type BarsInfo, type ExportFormat } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { routeAddress } from '../../api/client.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { DateRange } from '../../components/date-range.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';

const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = { csv: 'CSV', parquet: 'Parquet' };

interface ExportFields {
  format: ExportFormat;
  start_date: string;
  end_date: string;
}

/** Saves the bars, or a range of them, as a file. */
export function ExportDialog({ info, onClose }: { info: BarsInfo; onClose: () => void }) {
  const { symbol, timeframe } = info;
  const fields = useSignal<ExportFields>({ format: 'csv', start_date: '', end_date: '' });
  const { format, start_date, end_date } = fields.value;
  const address = routeAddress('exportBars', { query: { symbol, timeframe, format, start_date, end_date } });
  return (
    <Dialog title={`Export ${symbol} ${timeframe}`} onClose={onClose}>
      <div class="form">
        <Field label="Format">
          {(attributes) => (
            <ChoiceSelect
              attributes={attributes}
              value={format}
              choices={EXPORT_FORMATS.map((name): [ExportFormat, string] => [name, FORMAT_WORDS[name]])}
              onChoose={(name) => (fields.value = { ...fields.value, format: name })}
            />
          )}
        </Field>
        <DateRange fields={fields} hint="Without dates, the file has all bars." />
        <div class="page-actions">
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
          {/* the browser fetches the file itself, and shows its progress */}
          <a class="button button-main" href={address} download>
            Export
          </a>
        </div>
      </div>
    </Dialog>
  );
}

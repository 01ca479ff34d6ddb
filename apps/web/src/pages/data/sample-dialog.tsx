import { TIMEFRAMES } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { barsAddress } from '../../bars/bars-address.js';
import { FormDialog } from '../../components/form-dialog.js';
import { BarsFields, namedBars, type NewBars } from './bars-fields.js';

interface SampleFields extends NewBars {
  overwrite: boolean;
}

/** Writes sample bars, and goes to them. */
export function SampleDialog({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const fields = useSignal<SampleFields>({
    symbol: 'SP500',
    timeframe: '1d',
    start_date: '',
    end_date: '',
    overwrite: false,
  });
  const { symbol, overwrite } = fields.value;
  const write = useAction(
    () =>
      request('writeSampleBars', {
        body: { ...namedBars(fields.value), overwrite },
      }),
    (written) => route(barsAddress(written)),
  );
  const exists = write.state.value.error?.code === 'bars_exist';
  return (
    <FormDialog
      title="Create sample bars"
      verb="Create"
      action={write}
      isComplete={symbol.trim() !== ''}
      onClose={onClose}
    >
      <BarsFields
        fields={fields}
        timeframes={TIMEFRAMES}
        symbolHint="SP500 with 1d gives real bars of the S&P 500 index. Every other choice gives synthetic bars."
        datesHint="Optional."
      />
      {(exists || overwrite) && (
        <label class="check-line">
          <input
            type="checkbox"
            checked={overwrite}
            onChange={(event) => (fields.value = { ...fields.value, overwrite: event.currentTarget.checked })}
          />
          Replace the existing bars
        </label>
      )}
    </FormDialog>
  );
}

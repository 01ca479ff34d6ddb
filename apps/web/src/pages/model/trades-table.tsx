import type { ExitReason, Trade } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { BarTime } from '../../components/bar-time.js';
import { DataTable } from '../../components/data-table.js';
import { counted, formatNumber, formatSignedPercent } from '../../format/numbers.js';
import { roundedPrices } from '../../format/prices.js';
import { barDay } from '../../models/bar-day.js';

/** Number of trades that are shown before the user requests all. */
const FIRST_TRADES = 10;

const EXITS: Readonly<Record<ExitReason, string>> = {
  signal: 'signal',
  stop_loss: 'stop',
  take_profit: 'target',
  end: 'end of the range',
  ruin: 'ruin',
};

interface TradesTableProps {
  trades: readonly Trade[];
  timeframe: string;
  /** Brings a bar of the chart into view. */
  onShow: (time: string) => void;
}

/** The trades, the newest first. */
export function TradesTable({ trades, timeframe, onShow }: TradesTableProps) {
  const areAll = useSignal(false);
  const price = roundedPrices(trades.flatMap((trade) => [trade.entry_price, trade.exit_price]));
  const newest = trades.toReversed();
  const shown = areAll.value ? newest : newest.slice(0, FIRST_TRADES);
  return (
    <div class="stack">
      <DataTable
        label="Trades"
        columns={[
          {
            title: 'Entry',
            cell: (trade: Trade) => (
              <button type="button" class="link-button" onClick={() => onShow(trade.entry_time)}>
                <BarTime time={barDay(trade.entry_time, timeframe)} />
              </button>
            ),
          },
          { title: 'Direction', cell: ({ direction }) => direction },
          { title: 'Entry price', isNumber: true, cell: ({ entry_price }) => price(entry_price) },
          { title: 'Exit price', isNumber: true, cell: ({ exit_price }) => price(exit_price) },
          { title: 'Return', isNumber: true, cell: (trade) => formatSignedPercent(trade.return, 2) },
          { title: 'Bars', isNumber: true, cell: ({ bars }) => formatNumber(bars) },
          { title: 'Closed by', cell: ({ exit_reason }) => EXITS[exit_reason] },
        ]}
        rows={shown}
      />
      {trades.length > shown.length && (
        <button type="button" class="button" onClick={() => (areAll.value = true)}>
          Show all {counted(trades.length, 'trade')}
        </button>
      )}
    </div>
  );
}

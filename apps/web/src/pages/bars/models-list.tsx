import type { BarsInfo, BarsUser } from '@ktrdr/contracts';

interface ModelsListProps {
  models: readonly BarsUser[];
  info: BarsInfo;
}

/** Models that were trained on a file. */
export function ModelsList({ models, info: { symbol, timeframe } }: ModelsListProps) {
  if (models.length === 0) {
    return (
      <p>
        None yet.{' '}
        <a href={`/app/train?symbol=${encodeURIComponent(symbol)}&timeframe=${timeframe}`}>Train a model</a>
      </p>
    );
  }
  return (
    <ul class="plain-list">
      {models.map(({ model, same_file }) => (
        <li key={model}>
          <a href={`/app/models/${model.split('/').map(encodeURIComponent).join('/')}`}>{model}</a>
          {!same_file && (
            <span class="findings-badge findings-warning"> the file has changed since the training</span>
          )}
        </li>
      ))}
    </ul>
  );
}

import {
  KtrdrError,
  type DownloadResult,
  type OperationStarted,
  type StartDownloadRequest,
} from '@ktrdr/contracts';
import { checkDownload, downloadBars, type DownloadRequest } from '@ktrdr/data-download';
import {
  downloadProgressRenderer,
  ServiceOrchestrator,
  Slots,
  type ManagedOperation,
  type OperationContext,
  type PlaceInLine,
  type ServiceOrchestratorDependencies,
} from '@ktrdr/orchestrator';
import type { DownloadSources } from './download-sources.js';

/** Maximum number of downloads that run at a time: each holds the bars of its file for a moment. The others stay `pending`. */
const MOST_AT_ONCE = 4;

/** What its operation stores: enough to continue in another process. */
interface StoredDownload {
  source: string;
  request: DownloadRequest;
}

/** Downloads of bars from the configured sources. Whole pages are kept, so a resumed or new download fetches only what is missing. */
export class DownloadManager extends ServiceOrchestrator {
  override readonly serviceName = 'Download';
  protected override readonly renderer = downloadProgressRenderer;
  private readonly slots = new Slots(MOST_AT_ONCE);

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly dataDir: string,
    private readonly sources: DownloadSources,
  ) {
    super(dependencies);
    this.revivesOperations('download', (stored) => this.describeDownload(stored as StoredDownload));
  }

  /**
   * Checks a request, and starts its operation.
   *
   * @throws KtrdrError `source_not_found`, `invalid_name`, `invalid_date`, `invalid_date_range`, `invalid_request`
   */
  async startDownload(asked: StartDownloadRequest): Promise<OperationStarted> {
    const { source, symbol, timeframe, start_date: startDate, end_date: endDate, task_id: taskId } = asked;
    const request = { symbol, timeframe, startDate, endDate, onConflict: asked.on_conflict ?? 'refuse' };
    checkDownload(this.sources.get(source).source, request);
    return this.startManagedOperation({ ...this.describeDownload({ source, request }), taskId });
  }

  /** The domain method. A cancel ends the current request. */
  async runDownload(
    { source: name, request }: StoredDownload,
    context: OperationContext,
  ): Promise<DownloadResult> {
    const { token, progress } = context;
    const onWait = ({ ahead }: PlaceInLine): void => {
      const place = ahead === 0 ? 'next in line' : `${ahead} ahead`;
      progress.update({ context: { phase: `waiting for other downloads: ${place}` }, waiting: true });
    };
    return this.slots.use({ signal: token.signal, onWait }, async () => {
      await context.begin();
      context.setResumable(true);
      const { source, client } = this.sources.get(name);
      try {
        return await downloadBars(source, request, {
          dataDir: this.dataDir,
          client,
          signal: token.signal,
          mayStore: context.confirmOwner,
          onProgress: ({ share, at, received }) =>
            progress.update({
              percentage: share * 100,
              current_item: at,
              items_processed: received,
              context: { phase: null },
            }),
          onWait: (ms) =>
            progress.update({
              context: { phase: `waiting for ${name}, ${Math.ceil(ms / 1000)} s` },
              waiting: true,
            }),
          onProblem: (error) =>
            context.logger.warn('the last pages of a download could not be stored', { error }),
        });
      } catch (error) {
        // the same request would fail again
        if (error instanceof KtrdrError && !error.code.startsWith('source_')) context.setResumable(false);
        throw error;
      }
    });
  }

  private describeDownload(stored: StoredDownload): ManagedOperation<DownloadResult, 'download'> {
    const { source, request } = stored;
    const { symbol, timeframe, startDate = null, endDate = null, onConflict } = request;
    return {
      type: 'download',
      request: stored,
      metadata: {
        symbol,
        timeframe,
        source,
        parameters: {
          start_date: startDate,
          end_date: endDate,
          on_conflict: onConflict,
        },
      },
      waits: true,
      // the content of the bars file is the checkpoint
      canResume: async () => true,
      initialContext: { symbols: [symbol], timeframes: [timeframe], source },
      startMessage: `The download of ${symbol} ${timeframe} from ${source} has started.`,
      run: (context) => this.runDownload(stored, context),
    };
  }
}

import type {
  DeletedStrategy,
  MigrateStrategyRequest,
  MigrateStrategyResponse,
  SavedStrategy,
  SaveStrategyRequest,
  StrategyFile,
  StrategyList,
  StrategySummary,
  ValidateStrategyRequest,
  ValidateStrategyResponse,
} from '@ktrdr/contracts';
import { SharedReads } from '@ktrdr/files';
import type { BackgroundThread } from '@ktrdr/strategy';
import { StrategyFiles } from './strategy-files.js';

/** The strategy files of `STRATEGIES_DIR`, and texts of strategies. */
export class StrategiesService {
  private readonly files: StrategyFiles;
  private readonly reads = new SharedReads<StrategyFile>();

  constructor(
    strategiesDir: string,
    private readonly thread: BackgroundThread,
  ) {
    this.files = new StrategyFiles(strategiesDir);
  }

  /** Sorted by file name. Files with errors are listed too; an unreadable file counts as empty, which is an error. */
  async list(): Promise<StrategyList> {
    const strategies: StrategySummary[] = [];
    for (const file of await this.files.list()) {
      const text = await this.files.bytesOf(file).then(String, () => '');
      strategies.push(await this.thread.run('summariseStrategy', text, file));
    }
    return { strategies };
  }

  /** A strategy by the name of its file. @throws as {@link StrategyFiles.read} */
  read(name: string): Promise<StrategyFile> {
    return this.reads.get(name, () => this.files.read(name));
  }

  /** @throws as {@link StrategyFiles.save} and `BackgroundThread.run` */
  async save(name: string, { text, revision }: SaveStrategyRequest): Promise<SavedStrategy> {
    const saved = await this.files.save(name, text, revision);
    const { issues } = await this.thread.run('validateStrategy', text, saved.file);
    return { name, ...saved, issues };
  }

  /** @throws as {@link StrategyFiles.delete} */
  async delete(name: string, revision: string): Promise<DeletedStrategy> {
    return { name, ...(await this.files.delete(name, revision)) };
  }

  validate({
    strategy,
    strategy_file: file = 'strategy.yaml',
  }: ValidateStrategyRequest): Promise<ValidateStrategyResponse> {
    return this.thread.run('validateStrategy', strategy, file);
  }

  /** @throws KtrdrError `strategy_invalid`, `invalid_request` */
  migrate({
    strategy,
    strategy_file: file = 'strategy.yaml',
  }: MigrateStrategyRequest): Promise<MigrateStrategyResponse> {
    return this.thread.run('migrateStrategy', strategy, file);
  }
}

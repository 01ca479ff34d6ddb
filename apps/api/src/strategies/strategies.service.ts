import { readdir } from 'node:fs/promises';
import {
  KtrdrError,
  type MigrateStrategyRequest,
  type MigrateStrategyResponse,
  STRATEGY_NAME_PATTERN,
  STRATEGY_NAME_RULE,
  shown,
  type StrategyList,
  type StrategySummary,
  type ValidateStrategyRequest,
  type ValidateStrategyResponse,
} from '@ktrdr/contracts';
import { RefusedFileError, SharedReads, withOutsideFile } from '@ktrdr/files';
import { type BackgroundThread, LIMITS } from '@ktrdr/strategy';

const ENDINGS = ['.yaml', '.yml'];

/** The strategy files of `STRATEGIES_DIR`. */
export class StrategiesService {
  private readonly reads = new SharedReads((name) => this.readNow(name));

  constructor(
    private readonly strategiesDir: string,
    private readonly thread: BackgroundThread,
  ) {}

  /** Sorted by file name. Files with errors are listed too; an unreadable file counts as empty, which is an error. */
  async list(): Promise<StrategyList> {
    const files = (await this.fileNames()).filter((name) => ENDINGS.some((ending) => name.endsWith(ending)));
    const strategies: StrategySummary[] = [];
    for (const file of files) {
      const text = await this.textOf(file).catch(() => '');
      strategies.push(await this.thread.run('summariseStrategy', text, file));
    }
    return { strategies };
  }

  /**
   * The text of a named strategy.
   * @throws KtrdrError `invalid_name`, `strategy_not_found`, `strategy_invalid` if the file cannot be read
   */
  read(name: string): Promise<{ text: string; file: string }> {
    return this.reads.get(name);
  }

  private async readNow(name: string): Promise<{ text: string; file: string }> {
    if (!STRATEGY_NAME_PATTERN.test(name)) {
      throw new KtrdrError(
        'invalid_name',
        `${shown(name)} is not a strategy name: it must be ${STRATEGY_NAME_RULE}.`,
      );
    }
    const files = await this.fileNames();
    const file = ENDINGS.map((ending) => name + ending).find((candidate) => files.includes(candidate));
    if (file === undefined) {
      throw new KtrdrError(
        'strategy_not_found',
        `There is no strategy "${name}" in ${this.strategiesDir}. List all strategies: ktrdr strategies list`,
      );
    }
    try {
      return { text: await this.textOf(file), file };
    } catch (cause) {
      if (!(cause instanceof RefusedFileError)) throw cause;
      throw new KtrdrError(
        'strategy_invalid',
        `${file} in ${this.strategiesDir} ${cause.reason}. It must be a file that the API has permission to read.`,
        { cause },
      );
    }
  }

  /** @throws RefusedFileError */
  private async textOf(file: string): Promise<string> {
    const options = { maxBytes: LIMITS.fileBytes };
    const content = await withOutsideFile(this.strategiesDir, file, options, (opened) => opened.content());
    return content.toString('utf8');
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

  /** @throws KtrdrError `invalid_setting` if the folder is missing or cannot be read */
  private async fileNames(): Promise<string[]> {
    try {
      return (await readdir(this.strategiesDir)).sort();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new KtrdrError(
        'invalid_setting',
        code === 'ENOENT'
          ? `There is no strategies folder ${this.strategiesDir}. Create it, or set STRATEGIES_DIR to another folder, and start the API again.`
          : `The strategies folder ${this.strategiesDir} cannot be read (${code}). Set STRATEGIES_DIR to a readable folder, and start the API again.`,
        { cause },
      );
    }
  }
}

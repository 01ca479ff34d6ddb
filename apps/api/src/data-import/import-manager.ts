import type { ImportChoices, ImportResult, OperationStarted, StartImportRequest } from '@ktrdr/contracts';
import { openQuestions, runImportProcess, type ImportStep } from '@ktrdr/data-import';
import {
  importProgressRenderer,
  ServiceOrchestrator,
  Slots,
  type ManagedOperation,
  type OperationContext,
  type PlaceInLine,
  type ProgressStep,
  type ServiceOrchestratorDependencies,
} from '@ktrdr/orchestrator';
import type { ImportFiles, SourceOfFile } from './import-files.js';
import type { ImportPreviews } from './import-previews.js';

/** Maximum number of imports that read a file at a time. The others stay `pending`. */
const MOST_AT_ONCE = 2;
/** The steps of the process, with their shares of the time. */
const STEPS: readonly ProgressStep[] = [
  { name: 'reading', share: 75 },
  { name: 'storing', share: 25 },
];

/** What its operation stores: enough to repeat the import, as long as the file is there. */
interface StoredImport {
  source: SourceOfFile;
  /** Name that the user gave the file. */
  file: string;
  choices: ImportChoices;
  profile: string | null;
  symbols: string[];
}

/** Imports of files with bars. Each computes in its own process. */
export class ImportManager extends ServiceOrchestrator {
  override readonly serviceName = 'Import';
  protected override readonly renderer = importProgressRenderer;
  private readonly slots = new Slots(MOST_AT_ONCE);

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly files: ImportFiles,
    private readonly previews: ImportPreviews,
  ) {
    super(dependencies);
    this.revivesOperations('import', (stored) => this.describeImport(stored as StoredImport));
  }

  /**
   * Starts the operation of an import, unless its file leaves a question open.
   *
   * @throws KtrdrError `import_question`, and as `ImportPreviews.preview`
   */
  async startImport({ task_id: taskId, ...request }: StartImportRequest): Promise<OperationStarted> {
    const { source, choices, profile, preview } = await this.previews.preview(request);
    if (preview.questions.length > 0) throw openQuestions(preview.file, preview.questions);
    const symbols = preview.bars.map(({ symbol }) => symbol);
    const stored = { source, file: preview.file, choices, profile, symbols };
    return this.startManagedOperation({ ...this.describeImport(stored), taskId });
  }

  /** The domain method. A cancel kills the process: nothing is stored. */
  async runImport(
    { source, choices, profile }: StoredImport,
    context: OperationContext,
  ): Promise<ImportResult> {
    const { token, progress, clock } = context;
    const onWait = ({ ahead }: PlaceInLine): void => {
      const place = ahead === 0 ? 'next in line' : `${ahead} ahead`;
      progress.update({ context: { phase: `waiting for other imports: ${place}` }, waiting: true });
    };
    const onStep = (step: ImportStep): void => {
      if (step.phase === 'reading') {
        const { bytes: items_processed, bytesTotal: items_total } = step;
        progress.update({
          step: 'reading',
          stepFraction: items_processed / items_total,
          items_processed,
          items_total,
        });
      } else {
        progress.update({ step: 'storing', items_processed: null, items_total: step.rows });
      }
    };
    return this.slots.use({ signal: token.signal, onWait }, async () => {
      await context.begin();
      const work = await this.files.find(source);
      const { on_conflict: onConflict = 'refuse' } = choices;
      const result = await runImportProcess(
        { ...work, choices, onConflict, profile, now: clock.now() },
        { ...this.files.limits, signal: token.signal, onStep, mayStore: () => context.confirmOwner() },
      );
      await this.files.imported(source);
      return result;
    });
  }

  private describeImport(stored: StoredImport): ManagedOperation<ImportResult, 'import'> {
    const { file, symbols, choices } = stored;
    return {
      type: 'import',
      request: stored,
      metadata: { file, symbols, parameters: { ...choices } },
      steps: STEPS,
      waits: true,
      initialContext: { symbols },
      startMessage: `The import of ${file} has started.`,
      run: (context) => this.runImport(stored, context),
    };
  }
}

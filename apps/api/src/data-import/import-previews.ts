import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ImportChoices,
  type ImportPreview,
  KtrdrError,
  type PreviewImportRequest,
} from '@ktrdr/contracts';
import { type PreviewWork, runPreviewProcess } from '@ktrdr/data-import';
import { type Clock, Slots } from '@ktrdr/orchestrator';
import { checkedChoices } from './checked-choices.js';
import type { ImportFiles, SourceOfFile } from './import-files.js';
import type { ImportProfiles } from './import-profiles.js';

/** Maximum number of previews that read a file at a time. */
const MOST_AT_ONCE = 2;
/** Maximum number of waiting previews. */
const MOST_WAITING = 16;
/** Timeout of a preview, ms. Ten million rows take about ten seconds. */
const TIMEOUT_MS = 300_000;
/** Number of previews that are kept: the start of an import needs the preview that its user has just seen. */
const MOST_KEPT = 50;

/** A file, the choices that count, and what they make of it. */
export interface PreviewedImport {
  source: SourceOfFile;
  /** Those of the request, and those of its profile. */
  choices: ImportChoices;
  profile: string | null;
  preview: ImportPreview;
}

/** Previews files, each in its own process, a few at a time. The others wait in order. */
export class ImportPreviews {
  private readonly slots = new Slots(MOST_AT_ONCE);
  private readonly stopping = new AbortController();
  private readonly kept = new Map<string, ImportPreview>();

  constructor(
    private readonly files: ImportFiles,
    private readonly profiles: ImportProfiles,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws KtrdrError `invalid_request`, `upload_not_found`, `profile_not_found`, `imports_busy`, `service_stopping`; as
   * `runPreviewProcess`
   */
  async preview(request: PreviewImportRequest): Promise<PreviewedImport> {
    const { profile: name = null, upload_id, path, ...given } = request;
    const source = this.files.sourceOf({ upload_id, path });
    const own = checkedChoices(given);
    const choices = name === null ? own : { ...(await this.profiles.find(name)), ...own };
    const work = { ...(await this.files.find(source)), choices, now: this.clock.now() };
    const key = await keyOf(work);
    const preview = this.kept.get(key) ?? (await this.run(work));
    // a question may concern bars that change meanwhile
    if (preview.questions.length === 0) this.keep(key, preview);
    return { source, choices, profile: name, preview };
  }

  /** The service stops: kills running previews and rejects waiting ones. */
  onModuleDestroy(): void {
    this.stopping.abort(
      new KtrdrError('service_stopping', 'The service is stopping. Try again after it has restarted.'),
    );
  }

  private run(work: PreviewWork): Promise<ImportPreview> {
    const { signal } = this.stopping;
    if (this.slots.waiting >= MOST_WAITING) {
      throw new KtrdrError(
        'imports_busy',
        `${MOST_AT_ONCE} files are being read and ${MOST_WAITING} are waiting. Try again in a moment.`,
      );
    }
    return this.slots.use({ signal }, () =>
      runPreviewProcess(work, { ...this.files.limits, timeoutMs: TIMEOUT_MS, signal }),
    );
  }

  private keep(key: string, preview: ImportPreview): void {
    this.kept.delete(key);
    this.kept.set(key, preview);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

/** Changes if the file or a choice changes. */
async function keyOf({ file, choices }: PreviewWork): Promise<string> {
  const stats = await stat(join(file.folder, file.path), { bigint: true }).catch(() => null);
  const identity =
    stats === null ? null : [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
  return JSON.stringify([file, identity, choices]);
}

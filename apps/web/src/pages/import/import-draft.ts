import {
  KtrdrError,
  withAnswer,
  type ImportChoices,
  type ImportPreview,
  type ImportQuestion,
  type PreviewImportRequest,
} from '@ktrdr/contracts';
import { signal } from '@preact/signals';
import { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { uploadFile } from '../../api/upload.js';
import { askedAfter, questionKey, type AskedQuestion } from './asked-questions.js';

/** How far a file is. */
export type DraftPhase =
  | { step: 'waiting' }
  | { step: 'uploading'; sent: number }
  /** The API has the file. */
  | { step: 'uploaded' }
  | { step: 'started'; operationId: string };

let nextKey = 1;

/** A file on its way to an import: its upload, its preview, and the choices about it. */
export class ImportDraft {
  /** Tells files of the page apart. */
  readonly key = nextKey++;
  readonly phase = signal<DraftPhase>({ step: 'waiting' });
  /** What the import understood with the accepted choices; `null` before the first preview. */
  readonly preview = signal<ImportPreview | null>(null);
  readonly isReading = signal(false);
  /** Why the file cannot be uploaded, read or imported. */
  readonly error = signal<ApiError | null>(null);
  readonly asked = signal<readonly AskedQuestion[]>([]);
  /** The last answer that was refused, by the key of its question. */
  readonly refused = signal<{ key: string; message: string } | null>(null);
  /** The file and the accepted choices. */
  readonly request = signal<PreviewImportRequest>({});
  /** `request` with the changes whose preview has not arrived. */
  private wanted: PreviewImportRequest = {};
  private readonly removed = new AbortController();
  private reading: AbortController | null = null;

  constructor(readonly file: File) {}

  /** Uploads the file and reads its first preview. Problems are in `error`. */
  async upload(): Promise<void> {
    const { signal: removed } = this.removed;
    this.error.value = null;
    this.phase.value = { step: 'uploading', sent: 0 };
    try {
      const { name: file, size: bytes } = this.file;
      // a browser reads the answer only after it has sent the whole file
      await request('checkUpload', { query: { file, bytes }, signal: removed });
      const { upload_id } = await uploadFile(this.file, {
        signal: removed,
        onSent: (sent) => {
          this.phase.value = { step: 'uploading', sent };
        },
      });
      this.phase.value = { step: 'uploaded' };
      this.wanted = { upload_id };
      this.request.value = this.wanted;
    } catch (error) {
      if (removed.aborted) return;
      this.phase.value = { step: 'waiting' };
      this.error.value = error as ApiError;
      return;
    }
    await this.read(this.wanted);
  }

  /** Makes a choice, and reads the preview again. `undefined` takes a choice back. */
  choose(choices: ImportChoices & { profile?: string }): void {
    void this.read({ ...this.wanted, ...choices });
  }

  /** Answers a question. An answer that is refused leaves the choices as they were. */
  answer(question: ImportQuestion, answer: string): void {
    const key = questionKey(question);
    this.refused.value = null;
    this.asked.value = this.asked
      .peek()
      .map((one) => (questionKey(one.question) === key ? { ...one, answer } : one));
    try {
      void this.read(withAnswer(this.wanted, question.choice, answer), key);
    } catch (error) {
      if (!(error instanceof KtrdrError)) throw error;
      this.refused.value = { key, message: error.message };
    }
  }

  /** Reads the preview again after an error. */
  retry(): void {
    if (this.phase.peek().step === 'waiting') void this.upload();
    else void this.read(this.wanted);
  }

  /** Starts the import. */
  async start(): Promise<void> {
    if (this.isReading.peek() || this.phase.peek().step !== 'uploaded') return;
    this.error.value = null;
    this.isReading.value = true;
    try {
      const { operation_id: operationId } = await request('startImport', { body: this.request.peek() });
      this.phase.value = { step: 'started', operationId };
    } catch (error) {
      this.error.value = error as ApiError;
      // bars that others stored since the preview are a new question
      if ((error as ApiError).code === 'import_question') void this.read(this.wanted);
    } finally {
      this.isReading.value = false;
    }
  }

  /** Ends the upload, and removes it from the API. If that fails, the API removes it after a day. */
  remove(): void {
    this.removed.abort(new Error('removed'));
    this.reading?.abort(new Error('removed'));
    const { upload_id: id } = this.request.peek();
    if (this.phase.peek().step === 'uploaded' && id !== undefined)
      request('removeUpload', { params: { id } }).catch(() => undefined);
  }

  /** @param key of the question that the change answers */
  private async read(next: PreviewImportRequest, key: string | null = null): Promise<void> {
    this.reading?.abort(new Error('replaced'));
    const reading = new AbortController();
    this.reading = reading;
    this.wanted = next;
    this.isReading.value = true;
    this.error.value = null;
    try {
      const preview = await request('previewImport', { body: next, signal: reading.signal });
      this.request.value = next;
      this.preview.value = preview;
      this.asked.value = askedAfter(this.asked.peek(), preview.questions);
    } catch (error) {
      if (reading.signal.aborted) return;
      if (key !== null && isBadAnswer(error)) this.refused.value = { key, message: error.message };
      else this.error.value = error as ApiError;
      // without a preview there is nothing to go back to
      if (this.preview.peek() !== null && isBadAnswer(error)) this.wanted = this.request.peek();
    } finally {
      if (this.reading === reading) this.isReading.value = false;
    }
  }
}

/** True if the API rejects a choice; the file itself may be fine. */
function isBadAnswer(error: unknown): error is ApiError {
  return (
    error instanceof ApiError && ['invalid_request', 'invalid_name', 'import_invalid'].includes(error.code)
  );
}

import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/api-error.js';
import './note.css';

interface NoteProps {
  kind: 'problem' | 'warning' | 'info' | 'good';
  children: ComponentChildren;
}

/** A sentence that stands out. A problem is announced to screen readers at once. */
export function Note({ kind, children }: NoteProps) {
  return (
    <div class={`note note-${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** What went wrong and what to do next, in the API's words. */
export function ErrorNote({ error, retry }: { error: Pick<ApiError, 'message'>; retry?: () => void }) {
  return (
    <Note kind="problem">
      <p>{error.message}</p>
      {retry !== undefined && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </Note>
  );
}

interface EmptyStateProps {
  title: string;
  /** What to do next. */
  children: ComponentChildren;
}

/** Shown instead of an empty list. */
export function EmptyState({ title, children }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Keeps the space of something that is being read, so that nothing jumps. @param lines of text that are expected */
export function Loading({ lines = 3, label }: { lines?: number; label: string }) {
  return (
    <div class="loading" role="status" aria-label={`Loading ${label}`}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="loading-line" />
      ))}
    </div>
  );
}

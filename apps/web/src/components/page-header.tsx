import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface PageHeaderProps {
  title: string;
  /** Beside the title: a badge. */
  beside?: ComponentChildren;
  /** Buttons and links at the end of the line. */
  actions?: ComponentChildren;
}

/** Title of a page, also that of the browser's tab. */
export function PageHeader({ title, beside, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} – ktrdr`;
  }, [title]);
  return (
    <div class="page-header">
      <h1>{title}</h1>
      {beside}
      {actions !== undefined && <div class="page-actions">{actions}</div>}
    </div>
  );
}

import type { StrategyIssue, StrategySchema } from '@ktrdr/contracts';
import type { RefObject } from 'preact';
import { useEffect, useImperativeHandle, useRef } from 'preact/hooks';
import { createCodeEditor, type CodeEditor } from './editor/code-editor.js';
import { documentationAt } from './editor/documentation.js';
import { suggest } from './editor/suggestions.js';

/** What a page can do with the editor. */
export interface EditorHandle {
  setText: (text: string) => void;
  setIssues: (issues: readonly StrategyIssue[]) => void;
  goTo: (line: number, column: number) => void;
}

interface EditorFieldProps {
  handle: RefObject<EditorHandle | null>;
  label: string;
  /** First text; later ones are set through the handle. */
  text: string;
  /** Completion and documentation; `null` while it is read. */
  schema: StrategySchema | null;
  isReadOnly: boolean;
  onChange: (text: string) => void;
  onMove: (offset: number) => void;
}

/** The code editor as a component. */
export function EditorField(props: EditorFieldProps) {
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    if (box.current === null) return undefined;
    const created = createCodeEditor(box.current, {
      text: newest.current.text,
      isReadOnly: props.isReadOnly,
      label: props.label,
      onChange: (text) => newest.current.onChange(text),
      onMove: (offset) => newest.current.onMove(offset),
      suggest: (text, offset, isForced) => {
        const { schema } = newest.current;
        return schema === null ? null : suggest(schema, text, offset, isForced);
      },
      documentationAt: (text, offset) => {
        const { schema } = newest.current;
        return schema === null ? null : documentationAt(schema, text, offset);
      },
    });
    editor.current = created;
    return () => {
      created.remove();
      editor.current = null;
    };
  }, [props.isReadOnly]);

  useImperativeHandle(
    props.handle,
    (): EditorHandle => ({
      setText: (text) => editor.current?.setText(text),
      setIssues: (issues) => editor.current?.setIssues(issues),
      goTo: (line, column) => editor.current?.goTo(line, column),
    }),
    [],
  );
  return <div ref={box} class="editor-field" />;
}

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { StrategyIssue } from '@ktrdr/contracts';
import type { Documentation } from './documentation.js';
import { editorTheme } from './editor-theme.js';
import { issueRange } from './issue-range.js';
import type { Suggestions } from './suggestions.js';

interface CodeEditorOptions {
  text: string;
  isReadOnly: boolean;
  /** Name of the field for screen readers. */
  label: string;
  onChange: (text: string) => void;
  /** The cursor is at another place. */
  onMove: (offset: number) => void;
  suggest: (text: string, offset: number, isForced: boolean) => Suggestions | null;
  documentationAt: (text: string, offset: number) => Documentation | null;
}

/** A text editor in an element. */
export interface CodeEditor {
  setText(text: string): void;
  /** Marks problems at their lines. */
  setIssues(issues: readonly StrategyIssue[]): void;
  /** Goes to a place and takes the focus. @param line and column, 1-based */
  goTo(line: number, column: number): void;
  remove(): void;
}

/**
 * Creates the editor in a shadow root: there its styles are constructed style sheets, which the content policy allows; in the document
 * they would be `<style>` elements.
 */
export function createCodeEditor(host: HTMLElement, options: CodeEditorOptions): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const { isReadOnly, label, onChange, onMove, suggest, documentationAt } = options;

  const complete = (context: CompletionContext): CompletionResult | null => {
    const found = suggest(context.state.doc.toString(), context.pos, context.explicit);
    if (found === null) return null;
    return {
      from: found.from,
      validFor: /^[\w.]*$/,
      options: found.options.map(({ label: name, kind, detail, info, text }) => ({
        label: name,
        detail,
        apply: text,
        type: kind === 'key' ? 'property' : 'constant',
        ...(info === '' ? {} : { info }),
      })),
    };
  };

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        indentUnit.of('  '),
        yaml(),
        autocompletion({ override: [complete], icons: false, activateOnCompletion: () => true }),
        hoverTooltip((_, position) => {
          const found = documentationAt(view.state.doc.toString(), position);
          if (found === null) return null;
          return { pos: found.from, end: found.to, create: () => ({ dom: documentationElement(found) }) };
        }),
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({
          'aria-label': label,
          tabindex: '0',
          autocapitalize: 'off',
          spellcheck: 'false',
        }),
        EditorView.updateListener.of(({ docChanged, selectionSet, state }) => {
          if (docChanged) onChange(state.doc.toString());
          if (docChanged || selectionSet) onMove(state.selection.main.head);
        }),
        editorTheme,
      ],
    }),
  });

  return {
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setIssues(issues) {
      const { doc } = view.state;
      const diagnostics = issues.flatMap((issue) => {
        const range = issueRange(doc.toString(), issue);
        return range === null ? [] : [{ ...range, severity: issue.severity, message: issue.message }];
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo(line, column) {
      const { doc } = view.state;
      const { from, length } = doc.line(Math.min(Math.max(1, line), doc.lines));
      const anchor = from + Math.min(Math.max(0, column - 1), length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    remove: () => view.destroy(),
  };
}

function documentationElement({ title, text, detail }: Documentation): HTMLElement {
  const element = document.createElement('div');
  element.className = 'cm-documentation';
  const add = (tag: string, words: string, className = ''): void => {
    if (words === '') return;
    const child = document.createElement(tag);
    child.textContent = words;
    child.className = className;
    element.append(child);
  };
  add('strong', title);
  add('p', text);
  add('p', detail, 'detail');
  return element;
}

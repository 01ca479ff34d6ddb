import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours and fonts from the tokens. Custom properties reach into the editor's shadow root. */
export const editorTheme = [
  EditorView.theme({
    '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)' },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
    '.cm-scroller': { fontFamily: 'var(--font-code)', fontSize: 'var(--size-small)', lineHeight: '1.6' },
    '.cm-content': { caretColor: 'var(--text)' },
    '.cm-gutters': {
      color: 'var(--text-muted)',
      backgroundColor: 'var(--surface-raised)',
      borderRight: '1px solid var(--line)',
    },
    '.cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--accent-soft) 55%, transparent)' },
    '.cm-activeLineGutter': { color: 'var(--text)', backgroundColor: 'var(--accent-soft)' },
    '&.cm-focused .cm-matchingBracket': {
      backgroundColor: 'var(--accent-soft)',
      outline: '1px solid var(--accent)',
    },
    '.cm-tooltip': {
      maxWidth: 'min(32rem, 90vw)',
      color: 'var(--text)',
      backgroundColor: 'var(--surface-raised)',
      border: '1px solid var(--line-strong)',
      borderRadius: 'var(--radius)',
      fontFamily: 'var(--font)',
      fontSize: 'var(--size-small)',
      overflow: 'hidden',
    },
    '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-code)', maxHeight: '16rem' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: 'var(--space-1) var(--space-2)' },
    '.cm-tooltip-autocomplete ul li[aria-selected]': {
      color: 'var(--accent-text)',
      backgroundColor: 'var(--accent)',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail': { color: 'inherit' },
    '.cm-completionDetail': { color: 'var(--text-muted)', fontFamily: 'var(--font)' },
    '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
    '.cm-completionInfo': { padding: 'var(--space-2) var(--space-3)' },
    '.cm-documentation': { padding: 'var(--space-2) var(--space-3)' },
    '.cm-documentation > p': { margin: '0' },
    '.cm-documentation > .detail': { color: 'var(--text-muted)' },
    '.cm-diagnostic': { padding: 'var(--space-2) var(--space-3)' },
    '.cm-diagnostic-error': { borderLeft: '4px solid var(--bad)' },
    '.cm-diagnostic-warning': { borderLeft: '4px solid var(--warning)' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--series-1)' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-3)' },
      { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--series-2)' },
      { tag: tags.comment, color: 'var(--text-muted)', fontStyle: 'italic' },
      { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--text-muted)' },
      { tag: tags.invalid, color: 'var(--bad)' },
    ]),
  ),
];

import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import './virtual-rows.css';

/** Rows that are rendered beyond each edge of the window. */
const OVERSCAN = 10;
/** The rendered range moves in steps, so that most frames of a scroll render nothing. */
const STEP = 5;
/** Height of a row before the first one is measured, px. */
const GUESSED_HEIGHT = 56;

/** What the owner of the rows can ask for. */
export interface VirtualRowsControl {
  /** Scrolls a row into view and focuses its `[data-focus]`. */
  focus(index: number): void;
  /** True if the first row is above the window. */
  isScrolled(): boolean;
}

interface VirtualRowsProps {
  count: number;
  /** Identifies a row while rows are added and removed; `undefined` if it is not loaded. */
  keyOf: (index: number) => string | undefined;
  indexOf: (key: string) => number;
  /** All rows have the same height. Each has one element with `data-row` set to its index. */
  render: (index: number) => ComponentChildren;
  /** Called when other rows become visible. */
  onRange: (first: number, last: number) => void;
  control: RefObject<VirtualRowsControl | null>;
}

/** Renders only the rows near the window, which scrolls. Rows that are added or removed above do not move what one looks at. */
export function VirtualRows({ count, keyOf, indexOf, render, onRange, control }: VirtualRowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const height = useSignal(GUESSED_HEIGHT);
  const range = useSignal({ first: 0, last: 3 * OVERSCAN });
  const anchor = useRef<{ key: string; index: number } | null>(null);
  const newest = useRef({ count, keyOf, onRange });
  newest.current = { count, keyOf, onRange };

  const measure = useRef(() => {
    const element = box.current;
    if (element === null) return;
    const row = element.querySelector('[data-row]');
    if (row !== null) height.value = (row as HTMLElement).offsetHeight || GUESSED_HEIGHT;
    const { top } = element.getBoundingClientRect();
    const { count: rows, keyOf: keyAt, onRange: tell } = newest.current;
    const firstSeen = Math.max(0, Math.floor(-top / height.peek()));
    const lastSeen = Math.min(rows - 1, Math.ceil((innerHeight - top) / height.peek()));
    const key = top < 0 ? keyAt(firstSeen) : undefined;
    anchor.current = key === undefined ? null : { key, index: firstSeen };
    const first = Math.max(0, Math.floor((firstSeen - OVERSCAN) / STEP) * STEP);
    const last = Math.ceil((lastSeen + OVERSCAN) / STEP) * STEP;
    const shown = range.peek();
    if (first !== shown.first || last !== shown.last) range.value = { first, last };
    tell(firstSeen, lastSeen);
  });

  // a row that is not loaded yet gets the focus when it is
  const wanted = useRef<number | null>(null);
  const focusWanted = useRef(() => {
    if (wanted.current === null) return;
    const row =
      box.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] [data-focus]`) ?? null;
    if (row === null) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  useEffect(() => {
    let frame = 0;
    const schedule = (): void => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        measure.current();
      });
    };
    const resize = new ResizeObserver(schedule);
    if (box.current !== null) resize.observe(box.current);
    addEventListener('scroll', schedule, { passive: true });
    addEventListener('resize', schedule);
    return () => {
      cancelAnimationFrame(frame);
      resize.disconnect();
      removeEventListener('scroll', schedule);
      removeEventListener('resize', schedule);
    };
  }, []);

  // before the browser paints: the row at the top of the window stays there
  useLayoutEffect(() => {
    const kept = anchor.current;
    if (kept === null) return;
    const index = indexOf(kept.key);
    if (index === -1 || index === kept.index) return;
    scrollBy(0, (index - kept.index) * height.peek());
    anchor.current = { key: kept.key, index };
    measure.current();
  });
  useLayoutEffect(() => measure.current(), [count]);
  useLayoutEffect(() => focusWanted.current());

  control.current = {
    isScrolled: () => (box.current?.getBoundingClientRect().top ?? 0) < 0,
    focus(index) {
      const element = box.current;
      if (element === null) return;
      const { top } = element.getBoundingClientRect();
      const from = top + index * height.peek();
      const margin = 2 * height.peek();
      if (from < margin) scrollBy(0, from - margin);
      else if (from + height.peek() > innerHeight - margin)
        scrollBy(0, from + height.peek() - innerHeight + margin);
      measure.current();
      wanted.current = index;
      requestAnimationFrame(() => focusWanted.current());
    },
  };

  const { first, last } = range.value;
  const shown = Array.from({ length: Math.max(0, Math.min(count, last + 1) - first) }, (_, at) => first + at);
  return (
    <div ref={box} class="virtual-rows" role="rowgroup" style={{ blockSize: `${count * height.value}px` }}>
      <div
        class="virtual-rows-shown"
        role="presentation"
        style={{ transform: `translateY(${first * height.value}px)` }}
      >
        {shown.map((index) => render(index))}
      </div>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import './table-box.css';

interface TableBoxProps {
  label: string;
  class?: string;
  /** True while newer rows are on their way. */
  isOld?: boolean | undefined;
  children: ComponentChildren;
}

/** Fractions of a pixel that a scrolled box can lack at its end. */
const ROUNDING = 1;

/**
 * Scrolls a table that is larger than its place, and shows at which edges columns are cut off. Only a table that is larger is a stop
 * of the keyboard, to scroll it.
 */
export function TableBox({ label, class: name = '', isOld = false, children }: TableBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const isLarger = useSignal(false);
  const cutEdges = useSignal('');
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { scrollLeft, scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const rest = scrollWidth - clientWidth - scrollLeft;
      isLarger.value = scrollWidth > clientWidth || scrollHeight > clientHeight;
      cutEdges.value = `${scrollLeft > ROUNDING ? 'table-box-before ' : ''}${rest > ROUNDING ? 'table-box-after' : ''}`;
    };
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    for (const child of element.children) resize.observe(child);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resize.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const scrolls = isLarger.value ? { tabIndex: 0, role: 'region' as const, 'aria-label': label } : {};
  return (
    <div class={`table-box ${name} ${cutEdges.value}`}>
      <div ref={box} class="table-scroll" aria-busy={isOld} {...scrolls}>
        {children}
      </div>
    </div>
  );
}

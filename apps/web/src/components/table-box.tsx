import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';

interface TableBoxProps {
  label: string;
  class?: string;
  children: ComponentChildren;
}

/** Scrolls a table that is larger than its place. Only then the keyboard stops here, to scroll it. */
export function TableBox({ label, class: name = '', children }: TableBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const isLarger = useSignal(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const resize = new ResizeObserver(() => {
      isLarger.value =
        element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    });
    resize.observe(element);
    for (const child of element.children) resize.observe(child);
    return () => resize.disconnect();
  }, []);
  const scrolls = isLarger.value ? { tabIndex: 0, role: 'region' as const, 'aria-label': label } : {};
  return (
    <div ref={box} class={`table-box ${name}`} {...scrolls}>
      {children}
    </div>
  );
}

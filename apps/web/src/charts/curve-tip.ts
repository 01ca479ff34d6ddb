import type uPlot from 'uplot';
import type { Curve } from './curve.js';

/** Farthest that a curve may be from the pointer, px. */
const REACH = 14;
/** Distance of the tip from the pointer, px. */
const GAP = 10;

/** Names the curve at the pointer: many curves share an entry of the legend, and colours are hard to tell apart. */
export function curveTip(curves: () => readonly Curve[], textOf: (value: number) => string): uPlot.Plugin {
  const tip = document.createElement('div');
  tip.className = 'curve-tip';
  return {
    hooks: {
      init: (plot) => plot.over.append(tip),
      setCursor: (plot) => {
        const { left = -1, top = -1, idx } = plot.cursor;
        const nearest = idx == null || left < 0 ? null : nearestCurve(plot, curves(), idx, top);
        tip.hidden = nearest === null;
        if (nearest === null) return;
        const { curve, value } = nearest;
        const note = curve.notes?.[idx ?? 0];
        tip.textContent = `${curve.name}: ${textOf(value)}${note === undefined ? '' : ` (${note})`}`;
        const isRight = left > plot.over.clientWidth / 2;
        tip.style.insetInlineStart = `${left + (isRight ? -GAP : GAP)}px`;
        tip.style.insetBlockStart = `${top}px`;
        tip.style.transform = `translate(${isRight ? '-100%' : '0'}, -100%)`;
      },
    },
  };
}

/** The curve whose value at a place of the axis is nearest to a height of the drawing, if it is near. */
function nearestCurve(
  plot: uPlot,
  curves: readonly Curve[],
  at: number,
  top: number,
): { curve: Curve; value: number } | null {
  let nearest: { curve: Curve; value: number; distance: number } | null = null;
  for (const [index, curve] of curves.entries()) {
    const value = plot.data[index + 1]?.[at] ?? null;
    if (value === null) continue;
    const distance = Math.abs(plot.valToPos(value, 'y') - top);
    if (distance <= (nearest?.distance ?? REACH)) nearest = { curve, value, distance };
  }
  return nearest;
}

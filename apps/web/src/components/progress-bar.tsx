import './progress-bar.css';

interface ProgressBarProps {
  /** 0..100. */
  percentage: number;
  /** What progresses, for screen readers. */
  label: string;
}

/** A bar of fixed height. */
export function ProgressBar({ percentage, label }: ProgressBarProps) {
  return <progress class="progress-bar" max={100} value={percentage} aria-label={label} />;
}

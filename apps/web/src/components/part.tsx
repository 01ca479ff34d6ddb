import { Component, type ComponentChildren } from 'preact';
import { Note } from './note.js';

interface PartProps {
  /** What cannot be shown if it fails: `The verdict`. */
  name: string;
  /** Why that may be, and what to do. */
  advice: string;
  /** Identifies the contents: a part that has failed is drawn again when it changes. */
  of: string;
  children: ComponentChildren;
}

/** A part of a page. If it cannot be drawn, it says so, and the rest of the page stays. */
export class Part extends Component<PartProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  override componentDidCatch(error: unknown): void {
    console.error(`ktrdr: ${this.props.name} cannot be shown`, error);
    this.setState({ hasFailed: true });
  }

  override componentDidUpdate(previous: PartProps): void {
    if (this.state.hasFailed && previous.of !== this.props.of) this.setState({ hasFailed: false });
  }

  override render({ name, advice, children }: PartProps, { hasFailed }: { hasFailed: boolean }) {
    return hasFailed ? (
      <Note kind="problem">
        {name} cannot be shown. {advice}
      </Note>
    ) : (
      children
    );
  }
}

import fc, { type Arbitrary } from 'fast-check';
import { trapName, trapValue } from './traps.js';

/** One change at a place in a value. `at` counts places in the order of the text, and starts again after the last. */
interface Change {
  at: number;
  how: 'replace' | 'remove' | 'add' | 'wrap' | 'repeat';
  name: string;
  value: unknown;
}

const change = (): Arbitrary<Change> =>
  fc.record({
    at: fc.nat(200),
    how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'repeat'),
    name: trapName(),
    value: trapValue(),
  });

/** The values of `valid`, most of them with one to three changes. */
export function mutated(valid: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(change(), { maxLength: 3 }))
    .map(([value, changes]) => changes.reduce(changed, value));
}

type Container = Record<string, unknown>;

function changed(root: unknown, { at, how, name, value }: Change): unknown {
  const holder: Container = { root: structuredClone(root) };
  const places = placesIn(holder);
  const { container, key } = places[at % places.length]!;
  const old = container[key];
  switch (how) {
    case 'replace':
      put(container, key, value);
      break;
    case 'remove':
      if (container !== holder) delete container[key];
      break;
    case 'add':
      if (isContainer(old)) put(old, name, value);
      else put(container, key, { [name]: value });
      break;
    case 'wrap':
      put(container, key, [old]);
      break;
    case 'repeat':
      put(
        container,
        key,
        Array.from({ length: 40 }, () => old),
      );
      break;
  }
  return holder.root;
}

/** Sets own properties only, also `__proto__`. */
function put(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(container: Container): { container: Container; key: string }[] {
  return Object.keys(container).flatMap((key) => {
    const inner = container[key];
    return [{ container, key }, ...(isContainer(inner) ? placesIn(inner) : [])];
  });
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

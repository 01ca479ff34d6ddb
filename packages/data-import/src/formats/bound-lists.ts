import { ByteBuffer } from 'flatbuffers';

// oxlint-disable-next-line unbound-method -- called with `this` below
const lengthOf = ByteBuffer.prototype.__vector_len;

/**
 * Arrow allocates memory for as many elements as a file claims. After this call, a list that cannot be in its message is refused: each element has
 * at least one byte. It changes the library for the whole process.
 */
export function boundLists(): void {
  ByteBuffer.prototype.__vector_len = function (this: ByteBuffer, offset: number): number {
    const length = lengthOf.call(this, offset);
    if (length >= 0 && length <= this.capacity()) return length;
    throw new Error(`it names a list of ${length} elements`);
  };
}

/** State of a random stream: four 32-bit words, as JSON. */
export type RandomState = [number, number, number, number];

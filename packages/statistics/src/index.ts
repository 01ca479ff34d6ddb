export { blockLength } from './block-length.js';
export { interval } from './interval.js';
export { momentsOf, type Moments } from './moments.js';
export { normalCdf, normalQuantile } from './normal.js';
export { RandomStream, type RandomState } from './random-stream.js';
export { bootstrapMeans, type BootstrapSettings } from './stationary-bootstrap.js';

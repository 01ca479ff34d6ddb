export * from './api.js';
export * from './errors.js';
export * from './http.js';
export * from './names.js';
export * from './operation.js';
export * from './shown.js';
export * from './storage-error.js';
export * from './training.js';

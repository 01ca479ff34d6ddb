export { TRAINING_STEPS, trainingProgress } from './training-steps.js';

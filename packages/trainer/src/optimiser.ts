/** How parameters follow the gradient. The learning rate comes with each step. */
export interface OptimiserSpec {
  type: 'adam';
  /** L2: `weightDecay * parameter` is added to the gradient, before clipping; biases too (PyTorch's Adam). */
  weightDecay: number;
  /** Greatest Euclidean norm of the whole gradient, or `null` for no limit. */
  gradientClip: number | null;
}

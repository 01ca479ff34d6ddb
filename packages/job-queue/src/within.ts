import { KtrdrError } from '@ktrdr/contracts';

/**
 * Resolves or rejects as `answer` does, if that happens within `ms`.
 *
 * @throws KtrdrError `queue_unreachable` after `ms`
 */
export async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new KtrdrError('queue_unreachable', `The queue did not respond within ${ms} ms.`)),
      ms,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}

/** True if `answer` resolves within `ms`. */
export function isAnswered(answer: Promise<unknown>, ms: number): Promise<boolean> {
  return within(answer, ms).then(
    () => true,
    () => false,
  );
}

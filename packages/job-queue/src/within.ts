import { KtrdrError } from '@ktrdr/contracts';

/**
 * What `answer` resolves with, if that is soon enough.
 *
 * @throws KtrdrError `queue_unreachable` after `ms`; else what `answer` rejects with
 */
export async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new KtrdrError('queue_unreachable', `The queue gave no answer within ${ms} ms.`)),
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

/**
 * Resolves at the first SIGINT or SIGTERM, or when the process that holds our channel is gone; `again` is called at every
 * further sign.
 */
export function untilToldToStop(again: () => void): Promise<void> {
  return new Promise((resolve) => {
    let isTold = false;
    const hear = (): void => {
      if (isTold) again();
      isTold = true;
      resolve();
    };
    process.on('SIGINT', hear);
    process.on('SIGTERM', hear);
    if (process.channel !== undefined) process.on('disconnect', hear);
  });
}

import { FaultError } from '@vitrine/pipeline';

/** The fault that work ends with. @throws what else it ends with; Error where nothing is thrown */
export async function faultOf(work: Promise<unknown>): Promise<FaultError> {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FaultError)) throw error;
  return error;
}

import { signApproval } from '@vitrine/protocol';
import type { SignedIn } from '../people/session.ts';
import type { ApprovalProof, ReleaseRequest } from '../review/request.ts';

/** What proves to the job server that this reviewer approved exactly these bytes, under this name, in this request (promise P4). */
export function proveApproval(
  { username, grant, approvalKey }: Pick<SignedIn, 'username' | 'grant' | 'approvalKey'>,
  { id, workspace, author }: Pick<ReleaseRequest, 'id' | 'workspace' | 'author'>,
  file: { readonly path: string; readonly hash: string },
): ApprovalProof {
  const { path, hash: sha256 } = file;
  const signed = { release: id, workspace, author, reviewer: username, path, sha256 };
  return { grant, signature: signApproval(approvalKey, signed) };
}

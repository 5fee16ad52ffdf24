import type { ErrorCode } from 'yaml';

/** Of the package's, or ours for a bracket that was opened and never closed. */
export type SyntaxProblem = ErrorCode | 'BRACKET_OPEN';

/** What a reader can find wrong with a text, with its offset; `rules/report-yaml.ts` words it. */
export type YamlFault =
  | { readonly code: 'yaml-syntax'; readonly problem: SyntaxProblem; readonly at: number }
  | { readonly code: 'yaml-several-documents'; readonly at: number }
  | {
      readonly code: 'yaml-duplicate-key';
      readonly key: string;
      readonly first: number;
      readonly at: number;
    }
  | { readonly code: 'yaml-key'; readonly at: number }
  | { readonly code: 'yaml-merge'; readonly at: number }
  | { readonly code: 'yaml-merge-conflict'; readonly at: number }
  | { readonly code: 'yaml-alias'; readonly name: string; readonly at: number }
  | { readonly code: 'yaml-tag'; readonly tag: string; readonly at: number }
  | { readonly code: 'yaml-control-character'; readonly character: string; readonly at: number }
  | { readonly code: 'yaml-too-long'; readonly limit: number; readonly at: number }
  | { readonly code: 'yaml-too-deep'; readonly limit: number; readonly at: number }
  | { readonly code: 'yaml-too-many-nodes'; readonly limit: number; readonly at: number };

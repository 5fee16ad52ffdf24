export { type CheckedFile, checkFile, typeOf } from './check-file.ts';
export {
  checkDifferencing,
  type NamedTable,
  type ReleasedCounts,
  releasedCounts,
} from './differencing.ts';
export { checkFigureCounts, type FileOfSet } from './figure-counts.ts';
export type { FileReport, Finding, FindingPlace } from './finding.ts';
export { type FixedFile, fixFile } from './fix/fix-file.ts';
export { type Rule, type RuleId, ruleIds, rules, type Severity } from './rules.ts';
export { toSarif } from './sarif.ts';
export {
  DISCLOSURE_SETTINGS,
  type DisclosureSettings,
  disclosureSettingsSchema,
  disclosureSettingsTable,
} from './settings.ts';
export type { Table } from './table/table.ts';

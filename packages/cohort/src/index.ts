export {
  type CodelistFolder,
  checkCodelists,
  codelistHash,
  readCodelistFolder,
} from './codelists/check-codelists.ts';
export { lowerStudy } from './cohortextractor/lower-study.ts';
export type { Measure, Study, StudyColumn } from './cohortextractor/study.ts';
export {
  checkDefinitions,
  type DefinitionCheck,
  type DefinitionUse,
  definitionUseOf,
} from './commands/check-definitions.ts';
export type { CohortContext, CohortProgress } from './commands/context.ts';
export { listDefinitions } from './commands/definitions.ts';
export { COHORTEXTRACTOR_VERSION, runCohortextractor } from './commands/run-cohortextractor.ts';
export type { RecordedDocument, RecordedModule } from './record/document.ts';
export {
  type RecordRequest,
  recorderLimits,
  recorderPythonPath,
  recordStudies,
} from './record/record-studies.ts';
export {
  DOCUMENT_PATH,
  type RecorderOutcome,
  type RecorderRun,
  type RunRecorder,
} from './record/run-recorder.ts';
export { faultsOf } from './record/study-faults.ts';
export { attritionCsv, attritionSvg } from './records/attrition.ts';
export type { AttritionStep, ExtractRecord, KeptExtract } from './records/extract-record.ts';
export { canaries, canaryPatientIds } from './synth/canaries.ts';
export {
  codesOfFolder,
  codesOfStudy,
  noStudyCodes,
  type StudyCodes,
} from './synth/study-codes.ts';
export {
  type SynthesisContext,
  type SynthesisProgress,
  type SynthesisRequest,
  type SynthesisResult,
  synthesise,
} from './synth/synthesise.ts';
export * from './table.ts';

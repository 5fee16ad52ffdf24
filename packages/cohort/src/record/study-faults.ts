/** The faults that the recorder met in the study's own code, as diagnostics with place and remedy. */
import type { Diagnostic } from '@vitrine/pipeline';
import type { RecordedDocument, RecordedFault, RecordedModule } from './document.ts';
import { recordFaults } from './faults.ts';

/** All faults of a document, module by module; none means that every module was recorded. */
export function faultsOf(document: RecordedDocument): readonly Diagnostic[] {
  return document.modules.map(faultOf).filter((diagnostic) => diagnostic !== null);
}

/** The fault that kept a module, or part of it, from being recorded. */
export function faultOf(module: RecordedModule): Diagnostic | null {
  const { fault } = module;
  if (fault === null) return null;
  const diagnostic = diagnose(module.module, fault);
  return fault.place === null ? diagnostic : { ...diagnostic, place: fault.place };
}

function diagnose(module: string, fault: RecordedFault): Diagnostic {
  const { exception, message } = fault;
  switch (fault.kind) {
    case 'missing-module':
      return message === module || module.startsWith(`${message}.`)
        ? recordFaults.diagnose('definition-missing', { module })
        : recordFaults.diagnose('definition-module-missing', { missing: message });
    case 'missing-param':
      return recordFaults.diagnose('definition-parameter-missing', { parameter: message });
    case 'no-study':
      return recordFaults.diagnose('definition-without-study', { module });
    case 'bad-study':
      return recordFaults.diagnose('definition-malformed', { module, problem: message });
    case 'syntax':
      return recordFaults.diagnose('definition-syntax', { exception, message });
    case 'exception': {
      const known = exceptions[exception];
      return known?.(message) ?? recordFaults.diagnose('definition-raised', { exception, message });
    }
  }
}

/** Exceptions that say more than their name; null when this one, by its text, does not. */
const exceptions: Readonly<Record<string, (message: string) => Diagnostic | null>> = {
  SystemExit: (message) => recordFaults.diagnose('definition-exited', { message }),
  MemoryError: () =>
    recordFaults.diagnose('definition-raised', {
      exception: 'MemoryError',
      message: 'there is no memory left; a definition should only define',
    }),
  FileNotFoundError: (message) => {
    const path = /'([^']+)'$/.exec(message)?.[1];
    return path === undefined ? null : recordFaults.diagnose('definition-file-missing', { path });
  },
  PermissionError: (message) => recordFaults.diagnose('definition-writes', { message }),
  OSError: (message) =>
    message.includes('Read-only file system')
      ? recordFaults.diagnose('definition-writes', { message })
      : null,
  UnicodeDecodeError: (message) =>
    recordFaults.diagnose('codelist-not-utf8', { subject: 'A file', message }),
  CodelistEncodingError: (message) =>
    recordFaults.diagnose('codelist-not-utf8', { subject: 'A codelist', message }),
  AttributeError: (message) =>
    /^(patients has no function|module 'cohortextractor)/.test(message)
      ? recordFaults.diagnose('definition-function-unknown', { message })
      : null,
  ImportError: (message) =>
    message.includes("from 'cohortextractor")
      ? recordFaults.diagnose('definition-function-unknown', {
          // The path of our own package, which Python appends, helps nobody.
          message: message.replace(/ \([^)]*\)$/, ''),
        })
      : null,
  TypeError: (message) =>
    /\(\) (got an unexpected keyword argument|missing \d+ required|takes|got multiple values)/.test(
      message,
    )
      ? recordFaults.diagnose('definition-arguments-wrong', {
          // StudyDefinition() as the study calls it, without the path and method that Python names.
          message: message.replace(
            /^(?:cohortextractor\.)?(?:\w+\.)*?(\w+)(?:\.__init__)?\(\)/,
            '$1()',
          ),
        })
      : null,
  CodelistColumnError: (message) => recordFaults.diagnose('codelist-column-missing', { message }),
  EmptyCodelistError: (message) => recordFaults.diagnose('codelist-empty', { message }),
  CodelistCategoryError: (message) =>
    recordFaults.diagnose('codelist-categories-wrong', { message }),
  UncategorisedCodelistError: (message) =>
    recordFaults.diagnose('codelist-categories-wrong', { message }),
  CodelistSystemError: (message) => recordFaults.diagnose('codelist-systems-differ', { message }),
};

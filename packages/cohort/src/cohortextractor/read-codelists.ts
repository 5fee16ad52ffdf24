/** The codelists of a recorded study (cohort-extractor §3). */
import type { RecordedCodelist, RecordedModule, RecordedValue } from '../record/document.ts';
import { asText, describe } from './recorded-value.ts';
import type { ArgumentValue, Codelist } from './study.ts';

/** A codelist, or what is wrong with it: the end of "the codelist given as … ". */
export type CodelistRead = { readonly codelist: Codelist } | { readonly problem: string };

/** Whether the value of an argument is a codelist. */
export function isCodelist(value: ArgumentValue | undefined): value is Codelist {
  return typeof value === 'object' && value !== null && 'codes' in value && 'system' in value;
}

/** Reads every codelist of a module, by its index there. */
export function readCodelists(module: RecordedModule): readonly CodelistRead[] {
  return module.codelists.map(readCodelist);
}

function readCodelist(recorded: RecordedCodelist): CodelistRead {
  const stranger = recorded.codes.find((code) => typeof code !== 'string');
  if (stranger !== undefined) return { problem: `has ${describe(stranger)} for a code` };
  if (recorded.codes.length === 0) return { problem: 'is empty' };
  // Lists of names, of specialties say, belong to no coding system, and studies say None there.
  const system = recorded.system ?? '';
  if (typeof system !== 'string') {
    return { problem: `has ${describe(recorded.system)} for a coding system` };
  }
  const categories = recorded.categories?.map(asCategory) ?? null;
  const place = categories?.indexOf(null) ?? -1;
  if (place >= 0) {
    return { problem: `has ${describe(recorded.categories?.[place])} for a category` };
  }
  return {
    codelist: {
      system,
      codes: recorded.codes.filter((code) => typeof code === 'string'),
      categories: categories?.filter((category) => category !== null) ?? null,
    },
  };
}

/** Categories that are numbers become text, as they do in the database. */
function asCategory(value: RecordedValue): string | null {
  return value === null ? null : asText(value);
}

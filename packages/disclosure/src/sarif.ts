/** Reports as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the file. */
import type { FileReport, Finding } from './finding.ts';
import { ruleIds, rules } from './rules.ts';

/** The document as a value; `JSON.stringify` writes it. */
export function toSarif(reports: readonly FileReport[], version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'vitrine disclosure',
            version,
            rules: ruleIds.map((id) => ({
              id,
              shortDescription: { text: rules[id].title },
              fullDescription: { text: rules[id].reason },
              help: { text: rules[id].remedy },
              defaultConfiguration: { level: rules[id].severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: reports.flatMap(({ path, findings }) =>
          findings.map((finding) => toResult(path, finding)),
        ),
      },
    ],
  };
}

function toResult(path: string, { rule, severity, message, remedy, place }: Finding): object {
  const { line, column, cell, element } = place;
  const names = [
    ...(element === undefined ? [] : [{ name: element, kind: 'element' }]),
    ...(column === undefined
      ? []
      : [{ name: column, fullyQualifiedName: cell ?? column, kind: 'member' }]),
  ];
  return {
    ruleId: rule,
    ruleIndex: ruleIds.indexOf(rule),
    level: severity,
    message: { text: `${message} ${remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
          ...(line === undefined ? {} : { region: { startLine: line } }),
        },
        ...(names.length === 0 ? {} : { logicalLocations: names }),
      },
    ],
  };
}

import { expect, test } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { API_ROUTES } from './routes.ts';

const text = JSON.stringify(openApiDocument('0.1.0'));
const document = JSON.parse(text);

test('every route stands in the document, once', () => {
  const described = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(
    (path) => Object.values(path).map(({ operationId }) => operationId),
  );
  expect(described.toSorted()).toEqual(Object.keys(API_ROUTES).toSorted());
});

test('every reference leads to a schema, and every schema is referred to', () => {
  const references = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  );
  expect(text).not.toContain('#/$defs/');
  expect([...references].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
});

test('messages of agents have no field for free text (P3)', () => {
  const outgoing = ['TasksRequest', 'ReportsRequest', 'HeartbeatRequest', 'Report', 'JobAttempt'];
  for (const name of outgoing) {
    for (const field of stringsOf(document.components.schemas[name])) {
      const isBounded =
        'enum' in field ||
        'const' in field ||
        'pattern' in field ||
        field['format'] === 'date-time';
      expect(isBounded, `${name}: ${JSON.stringify(field)}`).toBe(true);
    }
    expect(document.components.schemas[name].additionalProperties).toBe(false);
  }
});

/** Every schema of text within a schema. */
function stringsOf(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'type' in schema && schema.type === 'string' ? [{ ...schema }] : [];
  return [...own, ...Object.values(schema).flatMap(stringsOf)];
}

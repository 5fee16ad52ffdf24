/** Values that a JSON schema allows, and values close to them that it may not. */
import fc from 'fast-check';

interface Schema {
  readonly [key: string]: unknown;
}

/** Values of some properties, by their names: half of the time one of these stands there, so that more than names is tried. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

/** What the schema allows. Schemas as zod writes them, with references to `$defs` of the root. */
export function valuesOf(root: Schema, known: KnownValues = {}): fc.Arbitrary<unknown> {
  const definitions = (root['$defs'] ?? {}) as Readonly<Record<string, Schema>>;
  const of = (schema: Schema): fc.Arbitrary<unknown> => {
    const { $ref, anyOf, enum: values } = schema;
    if (typeof $ref === 'string') return of(definitions[$ref.replace('#/$defs/', '')] ?? {});
    if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Schema[]).map(of));
    if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
    if ('const' in schema) return fc.constant(schema['const']);
    switch (schema['type']) {
      case 'object':
        return objectOf(schema, of, known);
      case 'array': {
        const least = numberIn(schema, 'minItems', 0);
        const most = Math.min(numberIn(schema, 'maxItems', 4), least + 4);
        const items = (schema['items'] ?? {}) as Schema;
        return fc.array(of(items), { minLength: least, maxLength: most });
      }
      case 'string':
        return stringOf(schema);
      case 'integer':
        return fc.integer({
          min: numberIn(schema, 'minimum', 0),
          max: Math.min(numberIn(schema, 'maximum', 1_000_000), 2 ** 31 - 1),
        });
      case 'number':
        return fc.double({
          min: numberIn(schema, 'minimum', 0),
          max: numberIn(schema, 'maximum', 1_000_000),
          noNaN: true,
        });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return fc.jsonValue();
    }
  };
  return of(root);
}

function numberIn(schema: Schema, name: string, otherwise: number): number {
  return typeof schema[name] === 'number' ? schema[name] : otherwise;
}

function objectOf(
  schema: Schema,
  of: (schema: Schema) => fc.Arbitrary<unknown>,
  known: KnownValues,
): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  if (properties.length === 0) return fc.constant({});
  const required = (schema['required'] ?? []) as string[];
  const model = Object.fromEntries(
    properties.map(([name, one]) => {
      const values = known[name];
      return [name, values === undefined ? of(one) : fc.oneof(fc.constantFrom(...values), of(one))];
    }),
  );
  return fc.record(model, { requiredKeys: required.filter((name) => name in model) });
}

function stringOf(schema: Schema): fc.Arbitrary<string> {
  const { pattern } = schema;
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
  const minLength = numberIn(schema, 'minLength', 0);
  const maxLength = Math.min(numberIn(schema, 'maxLength', 40), minLength + 40);
  return fc.string({ minLength, maxLength, unit: 'binary' });
}

/** The same with one thing changed that a schema may not allow: a field away, too many, of another type, or far too long. */
export function spoiled(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const changes = fc.record({
    value: values,
    which: fc.nat(20),
    how: fc.constantFrom('away', 'more', 'other', 'long', 'zero') as fc.Arbitrary<string>,
    other: fc.jsonValue(),
  });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: changes.map(({ value, which, how, other }) => spoil(value, which, how, other)),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function spoil(value: unknown, which: number, how: string, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return other;
  const names = Object.keys(value);
  const name = names[which % Math.max(names.length, 1)] ?? 'x';
  const { [name]: old, ...rest } = value as Record<string, unknown>;
  if (how === 'away') return rest;
  if (how === 'more') return { ...value, [`more_${which}`]: other };
  if (how === 'long') return { ...rest, [name]: 'x'.repeat(100_000) };
  if (how === 'zero') return { ...rest, [name]: `${JSON.stringify(old)}\0` };
  return { ...rest, [name]: other };
}

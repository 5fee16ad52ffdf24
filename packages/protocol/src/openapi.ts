/** The OpenAPI 3.1 document of all APIs, made from the routes and their schemas. */
import { z } from 'zod';
import { problemSchema } from './problem.ts';
import { rapErrorSchema } from './rap-messages.ts';
import { UPLOAD_OFFSET } from './release-messages.ts';
import { API_ROUTES, type ApiRoute, type Scope } from './routes.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const scopeWords: Readonly<Record<Exclude<Scope, 'public'>, string>> = {
  agent: 'Be an agent of the backend that the token belongs to.',
  airlock: 'Be the airlock of the backend that the token belongs to.',
  rap: 'Use the endpoints of the existing controller.',
  read: 'Read what its owner may read.',
  run: 'Create, cancel and re-run job requests where its owner may.',
};

/** Makes the document; the same routes give the same text. */
export function openApiDocument(version: string): Json {
  const schemas = new Map<string, Json>();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, route] of Object.entries(API_ROUTES)) {
    const path = paths[route.path] ?? {};
    path[route.method] = describe(operationId, route, schemas);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vitrine',
      version,
      description:
        'The job server: for agents inside secure environments, for researchers and the public, and for clients of the existing controller.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(
        [...schemas].toSorted(([left], [right]) => (left < right ? -1 : 1)),
      ),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `Tokens expire and may do what their scopes say. ${Object.entries(scopeWords)
            .map(([scope, words]) => `${scope}: ${words}`)
            .join(' ')}`,
        },
      },
    },
  };
}

function describe(operationId: string, route: ApiRoute, schemas: Map<string, Json>): Json {
  const error = route.scope === 'rap' ? rapErrorSchema : problemSchema;
  const errorType = route.scope === 'rap' ? 'application/json' : 'application/problem+json';
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: 'Done.', content: content('application/json', schema, schemas) },
  ]);
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: name === 'number' ? 'integer' : 'string' },
    })),
    ...(route.takesBytes === true
      ? [
          {
            name: UPLOAD_OFFSET,
            in: 'header',
            required: true,
            description: 'How many bytes of the file were sent before these.',
            schema: { type: 'integer', minimum: 0 },
          },
        ]
      : []),
    ...Object.entries(route.query ?? {}).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema: { type: name === 'before' || name === 'limit' ? 'integer' : 'string' },
    })),
  ];
  return {
    operationId,
    summary: route.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.scope === 'public' ? {} : { security: [{ token: [route.scope] }] }),
    ...(route.request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: content('application/json', route.request, schemas),
          },
        }),
    ...(route.takesBytes === true
      ? { requestBody: { required: true, content: { 'application/octet-stream': {} } } }
      : {}),
    responses: {
      ...Object.fromEntries(answers),
      default: { description: 'Refused.', content: content(errorType, error, schemas) },
    },
  };
}

function content(type: string, schema: z.ZodType, schemas: Map<string, Json>): Json {
  return { [type]: { schema: reference(schema, schemas) } };
}

/** Puts the schema, and those that it is made of, among the components. */
function reference(schema: z.ZodType, schemas: Map<string, Json>): Json {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new Error('A schema of a route has no name.');
  const made = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  const { $schema: _, $defs: parts = {}, id: __, ...own } = made;
  for (const [name, part] of Object.entries({ [id]: own, ...parts })) {
    schemas.set(name, relocate(part as Json));
  }
  return { $ref: `#/components/schemas/${id}` };
}

/** References to the schema's own parts become references to components. */
function relocate(value: Json): Json {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => key !== 'id' || typeof part !== 'string')
      .map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string'
          ? part.replace('#/$defs/', '#/components/schemas/')
          : relocate(part),
      ]),
  );
}

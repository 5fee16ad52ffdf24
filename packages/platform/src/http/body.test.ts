import { FaultError } from '@vitrine/pipeline';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readForm, readJson } from './body.ts';

const app = new Hono();
app.post('/form', async (http) => {
  const fields = await readForm(http);
  return http.json([fields.text('a'), fields.all('a')]);
});
app.post('/json', async (http) =>
  http.json(await readJson(http, z.looseObject({ a: z.string() }))),
);
app.onError((error, http) =>
  http.text(error instanceof FaultError ? (error.diagnostics[0]?.code ?? '') : error.message, 400),
);

async function send(path: string, body: string, type: string): Promise<string> {
  const init = { method: 'POST', body, headers: { 'content-type': type } };
  return await (await app.request(path, init)).text();
}

test.each([
  ['as it is', 'a=x\0y', 'xy'],
  ['written out', 'a=x%00y', 'xy'],
  ['what is left when one is taken away', 'a=%%0000y', '%00y'],
])('a field of a form holds no zero character: %s', async (_, body, text) => {
  const said = await send('/form', body, 'application/x-www-form-urlencoded');
  expect(JSON.parse(said)).toEqual([text, [text]]);
});

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
test.each([
  ['a zero character', '{"a":"\\u0000"}', 'body-invalid'],
  ['behind a backslash', '{"a":"\\\\\\u0000"}', 'body-invalid'],
  ['deep inside', `{"a":"\\u0000","b":${deep}}`, 'body-invalid'],
  ['a backslash and letters', '{"a":"\\\\u0000"}', '{"a":"\\\\u0000"}'],
])('JSON with %s', async (_, body, answer) => {
  expect(await send('/json', body, 'application/json')).toBe(answer);
});

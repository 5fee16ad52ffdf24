/** RO-Crate metadata as data: entities that name each other. */

export interface Reference {
  readonly '@id': string;
}

export type Value = string | Reference | readonly (string | Reference)[];

export interface Entity {
  readonly '@id': string;
  readonly '@type': string | readonly string[];
  readonly [property: string]: Value | undefined;
}

/** The content of `ro-crate-metadata.json`. */
export interface Crate {
  readonly '@context': unknown;
  readonly '@graph': readonly Entity[];
}

/** Refers to things by their names: one alone, several as a list, none not at all. */
export function refs(...ids: readonly string[]): Value | undefined {
  const all = [...new Set(ids)].map((id) => ({ '@id': id }));
  return all.length > 1 ? all : all[0];
}

/** Each thing once: where several say something of it, they are put together, and the first has the word on each property. */
export function together(entities: readonly Entity[]): readonly Entity[] {
  const byId = new Map<string, Entity>();
  for (const entity of entities) {
    byId.set(entity['@id'], { ...entity, ...byId.get(entity['@id']) });
  }
  return [...byId.values()];
}

/** A value of PROV-JSON: text, a name, or a typed literal. */
export type ProvValue = string | { readonly $: string; readonly type: string };

export type Attributes = Readonly<Record<string, ProvValue | readonly ProvValue[] | undefined>>;

export type ProvKind = 'entity' | 'activity' | 'agent';

/** The relations of PROV-DM that we tell, each with what its two ends are called in PROV-JSON. */
const RELATIONS = {
  used: ['prov:activity', 'prov:entity'],
  wasGeneratedBy: ['prov:entity', 'prov:activity'],
  wasInvalidatedBy: ['prov:entity', 'prov:activity'],
  wasAssociatedWith: ['prov:activity', 'prov:agent'],
  wasInformedBy: ['prov:informed', 'prov:informant'],
  wasDerivedFrom: ['prov:generatedEntity', 'prov:usedEntity'],
  wasAttributedTo: ['prov:entity', 'prov:agent'],
  actedOnBehalfOf: ['prov:delegate', 'prov:responsible'],
  hadMember: ['prov:collection', 'prov:entity'],
} as const;

export type ProvRelation = keyof typeof RELATIONS;

/**
 * Writes PROV-JSON (W3C Member Submission, 24 April 2013). Things are named by addresses; each becomes a name with a prefix, as PROV
 * wants it. Saying a thing twice adds to it, saying a relation twice changes nothing.
 */
export class ProvWriter {
  readonly #namespaces = new Map([['http://purl.org/dc/terms/', 'dct']]);
  readonly #things: Record<ProvKind, Map<string, Attributes>> = {
    entity: new Map(),
    activity: new Map(),
    agent: new Map(),
  };
  readonly #relations = new Map<ProvRelation, Map<string, Attributes>>();

  /** Says that a thing is there. Attributes that are undefined are left out. */
  add(kind: ProvKind, url: string, attributes: Attributes): void {
    const name = this.#nameOf(url);
    const things = this.#things[kind];
    things.set(name, { ...attributes, ...things.get(name) });
  }

  /** Relates two things, named by their addresses. `more` names things too: for example the plan of an association. */
  relate(
    relation: ProvRelation,
    from: string,
    to: string,
    more: Readonly<Record<string, string>> = {},
  ): void {
    const [fromRole, toRole] = RELATIONS[relation];
    const ends = { [fromRole]: this.#nameOf(from), [toRole]: this.#nameOf(to) };
    const others = Object.entries(more).map(([role, url]) => [role, this.#nameOf(url)]);
    const all = this.#relations.get(relation) ?? new Map<string, Attributes>();
    this.#relations.set(relation, all);
    const attributes: Attributes = { ...ends, ...Object.fromEntries(others) };
    all.set(JSON.stringify(attributes), attributes);
  }

  document(): object {
    const prefix = Object.fromEntries([...this.#namespaces].map(([space, name]) => [name, space]));
    const relations = [...this.#relations].map(([relation, all]) => {
      const numbered = [...all.values()].map((one, index) => [`_:${relation}${index + 1}`, one]);
      return [relation, Object.fromEntries(numbered)];
    });
    const things = Object.entries(this.#things).map(([kind, all]) => [
      kind,
      Object.fromEntries(all),
    ]);
    return { prefix, ...Object.fromEntries(things), ...Object.fromEntries(relations) };
  }

  /** All of an address up to its last part is a namespace. */
  #nameOf(url: string): string {
    const cut = Math.max(url.lastIndexOf('/'), url.lastIndexOf('#'), url.lastIndexOf(':')) + 1;
    const space = url.slice(0, cut);
    const known = this.#namespaces.get(space);
    const prefix = known ?? `n${this.#namespaces.size + 1}`;
    if (known === undefined) this.#namespaces.set(space, prefix);
    return `${prefix}:${url.slice(cut)}`;
  }
}

/** A name of PROV or of our own as a value. */
export function named(name: string): ProvValue {
  return { $: name, type: 'prov:QUALIFIED_NAME' };
}

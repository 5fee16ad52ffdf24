/** The elements that are open at a place of a page, with what is so of everything inside them. */
export class OpenElements<Mark extends string> {
  readonly #stack: { readonly name: string; readonly marks: readonly Mark[] }[] = [];
  /** How many of each name are open: a closing tag without an opening one must not be looked for in a deep page. */
  readonly #named = new Map<string, number>();
  readonly #marked = new Map<Mark, number>();

  /** Name of the innermost element, or an empty text. */
  get innermost(): string {
    return this.#stack.at(-1)?.name ?? '';
  }

  get isEmpty(): boolean {
    return this.#stack.length === 0;
  }

  /** Whether an element that is open has the mark. */
  isWithin(mark: Mark): boolean {
    return (this.#marked.get(mark) ?? 0) > 0;
  }

  open(name: string, marks: readonly Mark[]): void {
    this.#stack.push({ name, marks });
    this.#count(name, marks, 1);
  }

  /** Closes the innermost element of that name with all inside it. @returns false when none is open. */
  close(name: string): boolean {
    if ((this.#named.get(name) ?? 0) === 0) return false;
    for (;;) {
      const closed = this.#stack.pop();
      if (closed === undefined) return true;
      this.#count(closed.name, closed.marks, -1);
      if (closed.name === name) return true;
    }
  }

  #count(name: string, marks: readonly Mark[], by: 1 | -1): void {
    this.#named.set(name, (this.#named.get(name) ?? 0) + by);
    for (const mark of marks) this.#marked.set(mark, (this.#marked.get(mark) ?? 0) + by);
  }
}

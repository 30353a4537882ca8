/** Objects of one class by their names. A name's id is a hash that never changes: it is worked out once an isolate. */

const MAX_IDS = 10_000

export class NamedObjects<Class extends Rpc.DurableObjectBranded> {
  readonly #namespace: DurableObjectNamespace<Class>
  readonly #ids = new Map<string, DurableObjectId>()

  constructor(namespace: DurableObjectNamespace<Class>) {
    this.#namespace = namespace
  }

  /** @returns the object of this name; a call to it is what wakes it */
  get(name: string): DurableObjectStub<Class> {
    return this.#namespace.get(this.#idOf(name))
  }

  #idOf(name: string): DurableObjectId {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = this.#namespace.idFromName(name)
    if (this.#ids.size >= MAX_IDS) this.#ids.clear()
    this.#ids.set(name, id)
    return id
  }
}

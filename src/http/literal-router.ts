/**
 * Hono's router of all paths, asked once for each path that is registered as it stands: what such a path leads to never changes,
 * and pings and leads all come to a few of them. Hono's faster router would not take `/v1/leads/search` beside `/v1/leads/:id/status`.
 */
import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

const PARAMETER = /[:*{?]/

export class LiteralRouter<T> implements Router<T> {
  readonly name = 'LiteralRouter'
  readonly #all = new TrieRouter<T>()
  readonly #literal = new Set<string>()
  readonly #methods = new Set<string>()
  /** By method, then by path; as many as there are of both. */
  readonly #known = new Map<string, Map<string, Result<T>>>()

  add(method: string, path: string, handler: T): void {
    this.#known.clear()
    this.#all.add(method, path, handler)
    this.#methods.add(method)
    if (!PARAMETER.test(path)) this.#literal.add(path)
  }

  match(method: string, path: string): Result<T> {
    const known = this.#known.get(method)?.get(path)
    if (known !== undefined) return known
    const found = this.#all.match(method, path)
    if (this.#literal.has(path) && this.#methods.has(method)) this.#remember(method, path, found)
    return found
  }

  #remember(method: string, path: string, found: Result<T>): void {
    const ofMethod = this.#known.get(method) ?? new Map<string, Result<T>>()
    this.#known.set(method, ofMethod.set(path, found))
  }
}

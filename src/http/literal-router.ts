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
  /** By method and path; as many as there are of both. */
  readonly #known = new Map<string, Result<T>>()

  add(method: string, path: string, handler: T): void {
    this.#known.clear()
    this.#all.add(method, path, handler)
    this.#methods.add(method)
    if (!PARAMETER.test(path)) this.#literal.add(path)
  }

  match(method: string, path: string): Result<T> {
    if (!this.#literal.has(path) || !this.#methods.has(method)) return this.#all.match(method, path)
    const key = `${method} ${path}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#all.match(method, path)
    this.#known.set(key, found)
    return found
  }
}

/**
 * Lets Node run the core as it is: its imports are written for a bundler, without extensions. And, where a mutant is asked for,
 * changes the source of its file on the way in. Must be installed before anything of src/ is loaded.
 */
import { registerHooks } from 'node:module'
import { ROOT } from '../../scripts/root.ts'
import { type Mutant, mutate } from '../mutants/mutant.ts'

const EXTENSION = /\.[cm]?[jt]s$/

export function installLoader(mutant: Mutant | null): void {
  const changes = new Map((mutant?.changes ?? []).map((change) => [pathUrl(change.file), change]))
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = specifier.startsWith('.') && !EXTENSION.test(specifier)
      return next(isOurs ? `${specifier}.ts` : specifier, context)
    },
    load(url, context, next) {
      const loaded = next(url, context)
      const change = changes.get(url)
      if (change === undefined) return loaded
      const { source } = loaded
      if (source === null || source === undefined) throw new Error(`${change.file} has no source`)
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
      return { ...loaded, source: mutate(text, change) }
    },
  })
}

function pathUrl(file: string): string {
  return new URL(file, `file://${ROOT}/`).href
}

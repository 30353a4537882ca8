/**
 * The keys that everything at rest is sealed under: the first seals, all open, so that one can give way to the next without
 * a moment at which something cannot be read.
 *
 * What is sealed names its key: `v2.<kid>.…`, or `v1.…` for the key without a name that an exchange begins with.
 */

export interface MasterKey {
  /** 1 to 16 of [A-Za-z0-9_-]; empty for the first key an exchange has. */
  readonly kid: string
  /** 32 random bytes. */
  readonly secret: Uint8Array<ArrayBuffer>
}

/** The first seals. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]]

const KEY_BYTES = 32

/** @throws where there is no key, or one that is not 32 bytes, or two of one name: a mistake in the configuration */
export function checkedMasterKeys(keys: readonly MasterKey[]): MasterKeys {
  const [first, ...older] = keys
  if (first === undefined || keys.some(({ secret }) => secret.length !== KEY_BYTES)) {
    throw new Error('the master key must be 32 bytes')
  }
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('two master keys have one name')
  return [first, ...older]
}

/** @returns what a sealed text begins with when this key sealed it, with the dot behind it */
export function sealedPrefix(kid: string): string {
  return kid === '' ? 'v1.' : `v2.${kid}.`
}

/** @returns the key's name and what stands behind it. @throws where it is no sealed text of ours */
export function readSealed(sealed: string): { readonly kid: string; readonly rest: string } {
  const [version = '', ...parts] = sealed.split('.')
  if (version === 'v1') return { kid: '', rest: parts.join('.') }
  const [kid = '', ...rest] = parts
  if (version !== 'v2' || kid === '') throw new Error('not a sealed value')
  return { kid, rest: rest.join('.') }
}

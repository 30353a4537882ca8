/** Where an answer carries its price, its words and its references, told by the names of its fields. */
import type { AnswerSpec } from '../../../contracts/buyer-contract'
import { readPrice } from '../price'
import type { Leaf, List, Outline } from './leaves'
import { CAPTURE_NAMES, PRICE_NAMES, REASON_NAMES, REDIRECT_NAMES, REFERENCE_NAMES } from './words'

export type Selectors = Pick<AnswerSpec, 'price' | 'reason' | 'reference' | 'redirect_url' | 'captures' | 'bids'>

/** @returns what may be read from the answer, and from others of its kind */
export function selectorsOf(outline: Outline, call: 'ping' | 'post'): Selectors {
  const list = call === 'ping' ? outline.lists.find(({ item }) => priceIn(item) !== null) : undefined
  const leaves =
    list === undefined ? outline.leaves : outline.leaves.filter(({ path }) => !path.startsWith(`${list.path}[`))
  const price = priceIn(leaves)
  const reason = named(leaves, REASON_NAMES).filter(({ value }) => typeof value === 'string' && !isUrl(value))
  const reference = named(leaves, REFERENCE_NAMES).filter(({ value }) => isReference(value))
  const redirect = named(leaves, REDIRECT_NAMES).filter(({ value }) => isUrl(value))
  const captures = call === 'ping' ? capturesIn(leaves) : {}
  return {
    ...(price !== null && { price: [price.path] }),
    ...(list !== undefined && { bids: bidsOf(list) }),
    ...(reason.length > 0 && { reason: reason.slice(0, 3).map(({ path }) => path) }),
    ...(reference.length > 0 && { reference: reference.slice(0, 1).map(({ path }) => path) }),
    ...(redirect.length > 0 && { redirect_url: redirect.slice(0, 1).map(({ path }) => path) }),
    ...(Object.keys(captures).length > 0 && { captures }),
  }
}

/** @returns the value that is most likely the price, readable or not; null where none is called so */
export function priceIn(leaves: readonly Leaf[]): Leaf | null {
  const candidates = leaves
    .map((leaf) => ({ leaf, rank: priceRank(leaf), readable: readPrice(leaf.value).ok }))
    .filter(
      ({ leaf, rank, readable }) => rank >= 0 && typeof leaf.value !== 'boolean' && (readable || isSurelyPrice(leaf)),
    )
    .sort(
      (left, right) =>
        Number(right.readable) - Number(left.readable) || left.rank - right.rank || left.leaf.depth - right.leaf.depth,
    )
  return candidates[0]?.leaf ?? null
}

/** `{"price": {"value": 12, "currency": "USD"}}` is as good as a price by its own name. */
function priceRank({ name, parent }: Leaf): number {
  const own = PRICE_NAMES.indexOf(name)
  const above = name === 'value' || name === 'amount' ? PRICE_NAMES.indexOf(parent) : -1
  return above < 0 ? own : own < 0 ? above : Math.min(own, above)
}

function isSurelyPrice({ name }: Leaf): boolean {
  return /price|payout|amount|cpl/.test(name)
}

function bidsOf({ path, item }: List): NonNullable<AnswerSpec['bids']> {
  const [reference] = named(item, REFERENCE_NAMES)
  return {
    each: path,
    price: priceIn(item)?.path ?? 'price',
    ...(reference !== undefined && { reference: reference.path }),
  }
}

/** @returns the leaves with one of the names, in the order of the names, then the shallow ones first */
function named(leaves: readonly Leaf[], names: readonly string[]): readonly Leaf[] {
  return leaves
    .map((leaf) => ({ leaf, rank: names.indexOf(leaf.name) }))
    .filter(({ rank }) => rank >= 0)
    .sort((left, right) => left.rank - right.rank || left.leaf.depth - right.leaf.depth)
    .map(({ leaf }) => leaf)
}

/** @returns what is not empty among the leaves that usually tell one answer from another */
export function referencesIn(leaves: readonly Leaf[]): readonly Leaf[] {
  return named(leaves, REFERENCE_NAMES)
}

function isReference(value: Leaf['value']): boolean {
  return (typeof value === 'string' && !isUrl(value)) || typeof value === 'number'
}

function isUrl(value: Leaf['value']): boolean {
  return typeof value === 'string' && /^https?:\/\//i.test(value)
}

function capturesIn(leaves: readonly Leaf[]): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(CAPTURE_NAMES).flatMap(([capture, names]) => {
      const [found] = named(leaves, names).filter(({ value }) => typeof value === 'string' && fits(capture, value))
      return found === undefined ? [] : [[capture, found.path]]
    }),
  )
}

/** A number of seconds is no moment, and a name no currency. */
function fits(capture: string, value: string): boolean {
  if (capture === 'currency') return /^[A-Za-z]{3}$/.test(value)
  return capture !== 'valid_until' || /^\d{4}-\d\d-\d\dT/.test(value)
}

/**
 * What a placeholder can name, and what it can yield.
 *
 * A scope has no prototype and holds only what may be sent in the call at hand: a personal field that a ping must not
 * carry is not in its scope, so that no template can send it, checked or not.
 */
import type { FieldValue, LeadFields } from '../../core/lead/fields'
import { microsToNumber } from '../../core/money/micros'

/** Under which `age` and `date` find the time: a symbol, since no template can name one. */
export const NOW: unique symbol = Symbol('now')

export type Captures = { readonly [name: string]: string }

export interface Scope {
  readonly [NOW]: number
  /** What the ping's answer captured; without a prototype. */
  readonly ping: Captures
  readonly [name: string]: FieldValue | Captures | undefined
}

/** What a placeholder yields: null where the lead does not have it. Lists come from `split` alone. */
export type Value = FieldValue | null | readonly FieldValue[]

/** What a call says besides the lead. */
export interface CallFacts {
  readonly auctionId: string
  readonly leadId: string | null
  readonly vertical: string | null
  readonly subVertical: string | null
  readonly floorMicros: number | null
  /** RFC 3339. */
  readonly expiresAt: string | null
  readonly bidToken: string | null
  readonly ping: Captures
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Names that mean the same in every campaign, whatever fields it has. */
export const FACT_NAMES: readonly string[] = [
  'auction_id',
  'lead_id',
  'floor_price',
  'expires_at',
  'bid_token',
  'vertical',
  'sub_vertical',
  'ping',
]

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** @param sendable names of the lead's fields that may leave in this call */
export function scopeOf(lead: LeadFields, sendable: readonly string[], facts: CallFacts): Scope {
  const scope = Object.create(null) as Writable<Scope>
  for (const name of sendable) scope[name] = lead[name]
  scope.auction_id = facts.auctionId
  scope.lead_id = facts.leadId ?? undefined
  scope.floor_price = facts.floorMicros === null ? undefined : microsToNumber(facts.floorMicros)
  scope.expires_at = facts.expiresAt ?? undefined
  scope.bid_token = facts.bidToken ?? undefined
  // A campaign may ask its suppliers for these, where it does not say them itself.
  if (facts.vertical !== null) scope.vertical = facts.vertical
  if (facts.subVertical !== null) scope.sub_vertical = facts.subVertical
  scope.ping = Object.assign(Object.create(null), facts.ping)
  scope[NOW] = facts.now
  return scope
}

/** @returns a value as text, where only text can stand; absent is empty */
export function textOf(value: Value): string {
  if (value === null) return ''
  return typeof value === 'object' ? value.join(',') : String(value)
}

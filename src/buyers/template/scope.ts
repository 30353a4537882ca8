/**
 * What a placeholder can name, and what it can yield.
 *
 * A scope gives out only what may be sent in the call at hand: a personal field that a ping must not carry is not in its
 * scope, so that no template can send it, checked or not. Values are looked up one by one: most templates read few of a
 * lead's fields, and only the template engine needs them all at once.
 */
import type { FieldValue, LeadFields } from '../../core/lead/fields'
import { microsToNumber } from '../../core/money/micros'

/** Under which `age` and `date` find the time: a symbol, since no template can name one. */
export const NOW: unique symbol = Symbol('now')

export type Captures = { readonly [name: string]: string }

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
  /** What the buyer knows the call by, or, in an inquiry, the post that is asked about. */
  readonly idempotencyKey: string
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
  'idempotency_key',
  'vertical',
  'sub_vertical',
  'ping',
]

export class Scope {
  #variables: object | null = null

  /** @param withheld names of the lead's fields that must not leave in this call */
  constructor(
    private readonly lead: LeadFields,
    private readonly facts: CallFacts,
    private readonly withheld: ReadonlySet<string>,
  ) {}

  /** @returns what a name stands for, or null where the lead does not have it or it must not be sent */
  value(name: string): FieldValue | null {
    const { facts } = this
    switch (name) {
      case 'auction_id':
        return facts.auctionId
      case 'lead_id':
        return facts.leadId
      case 'floor_price':
        return facts.floorMicros === null ? null : microsToNumber(facts.floorMicros)
      case 'expires_at':
        return facts.expiresAt
      case 'bid_token':
        return facts.bidToken
      case 'idempotency_key':
        return facts.idempotencyKey
      // A campaign may ask its suppliers for these, where it does not say them itself.
      case 'vertical':
        return facts.vertical ?? this.field(name)
      case 'sub_vertical':
        return facts.subVertical ?? this.field(name)
      case 'ping':
        return null
      default:
        return this.field(name)
    }
  }

  /** @returns what the ping's answer captured under this name */
  captured(name: string): string | null {
    return Object.hasOwn(this.facts.ping, name) ? (this.facts.ping[name] ?? null) : null
  }

  /** @returns the names of the lead's fields that may leave in this call */
  sendable(): readonly string[] {
    return Object.keys(this.lead).filter((name) => !this.withheld.has(name))
  }

  /** @returns everything at once, without prototypes, for the template engine */
  variables(): object {
    if (this.#variables !== null) return this.#variables
    const variables = Object.create(null) as { [name: string | symbol]: unknown }
    for (const name of [...this.sendable(), ...FACT_NAMES]) variables[name] = this.value(name)
    variables.ping = Object.assign(Object.create(null) as object, this.facts.ping)
    variables[NOW] = this.facts.now
    this.#variables = variables
    return variables
  }

  get now(): number {
    return this.facts.now
  }

  private field(name: string): FieldValue | null {
    if (this.withheld.has(name) || !Object.hasOwn(this.lead, name)) return null
    return this.lead[name] ?? null
  }
}

/** @returns a value as text, where only text can stand; absent is empty */
export function textOf(value: Value): string {
  if (value === null) return ''
  return typeof value === 'object' ? value.join(',') : String(value)
}

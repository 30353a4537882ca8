/**
 * A contract as one JSON text. A lead takes its contracts along to its auction, and the auction keeps them: a text is copied
 * between objects and into storage in one piece, where the same contract as members costs many times that for every lead.
 *
 * Both directions remember what they made: a campaign's contracts are the same for thousands of leads.
 */
import type { AuctionContract } from './auction-lead'

export type PackedContract = string

/** Contracts that an isolate keeps unpacked, some KB each. */
const MAX_UNPACKED = 500

const packed = new WeakMap<object, PackedContract>()
const unpacked = new Map<PackedContract, AuctionContract>()

/** @param contract its `terms` and `endpoints` must not change afterwards; the text is remembered by its `terms` */
export function packContract({ terms, endpoints }: AuctionContract): PackedContract {
  const known = packed.get(terms)
  if (known !== undefined) return known
  const text = JSON.stringify({ terms, endpoints })
  packed.set(terms, text)
  return text
}

/** @returns the contract; the same text gives the same object, which must not be changed */
export function unpackContract(text: PackedContract): AuctionContract {
  const known = unpacked.get(text)
  if (known !== undefined) return known
  const contract = JSON.parse(text) as AuctionContract
  if (unpacked.size >= MAX_UNPACKED) unpacked.clear()
  unpacked.set(text, contract)
  return contract
}

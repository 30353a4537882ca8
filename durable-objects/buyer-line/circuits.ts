/**
 * The circuits of this isolate: which contracts are not called for a while, because their buyers keep failing.
 *
 * In memory only, and only of contracts that failed lately. The buyer's account hears when one opens or closes, for the
 * operator to see, and not of any single call.
 */
import type { BuyerLineAccountRpc } from '../../src/contracts/buyer-line'
import {
  type CallHealth,
  type Circuit,
  isCircuitNews,
  isCircuitOpen,
  onCall,
  onCallEnd,
} from '../../src/core/limits/circuit'
import type { CircuitNote } from '../../src/core/limits/circuit-notes'

export interface CircuitsServices {
  readonly now: () => number
  /** Names this isolate to accounts. */
  readonly isolate: string
  readonly account: (tenantId: string, buyerId: string) => BuyerLineAccountRpc
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

/** One of the two ways in which a contract's buyer is called. */
export interface CircuitName {
  readonly tenantId: string
  readonly buyerId: string
  readonly contractId: string
  readonly call: CircuitNote['call']
}

const MAX_CIRCUITS = 10_000

export class Circuits {
  readonly #services: CircuitsServices
  readonly #circuits = new Map<string, Circuit>()

  constructor(services: CircuitsServices) {
    this.#services = services
  }

  isOpen(name: CircuitName): boolean {
    return isCircuitOpen(this.#circuits.get(keyOf(name)) ?? null, this.#services.now())
  }

  /** A call is about to go out. @returns false where it must not; of an open circuit's calls one at a time may, as a probe */
  admit(name: CircuitName): boolean {
    const circuit = this.#circuits.get(keyOf(name)) ?? null
    const now = this.#services.now()
    if (isCircuitOpen(circuit, now)) return false
    this.#put(name, onCall(circuit, now))
    return true
  }

  /** A call has ended. */
  ended(name: CircuitName, health: CallHealth): void {
    const before = this.#circuits.get(keyOf(name)) ?? null
    const after = onCallEnd(before, health, this.#services.now())
    this.#put(name, after)
    if (isCircuitNews(before, after)) this.#tell(name, before, after)
  }

  #put(name: CircuitName, circuit: Circuit | null): void {
    const key = keyOf(name)
    if (circuit === null) {
      this.#circuits.delete(key)
      return
    }
    // Losing count of failures costs no more than some more failures.
    if (this.#circuits.size >= MAX_CIRCUITS && !this.#circuits.has(key)) this.#circuits.clear()
    this.#circuits.set(key, circuit)
  }

  /** What does not get through is told with the next change; nothing waits for it. */
  #tell({ tenantId, buyerId, contractId, call }: CircuitName, before: Circuit | null, after: Circuit | null): void {
    const { isolate, log } = this.#services
    const circuit = after ?? before
    if (circuit === null) return
    const { failures, lastReason } = circuit
    const state =
      after?.state === 'open'
        ? { state: 'open' as const, since: after.since, until: after.until }
        : { state: 'closed' as const, since: this.#services.now(), until: null }
    log('circuit_changed', { contractId, call, state: state.state, failures })
    this.#note(tenantId, buyerId, { isolate, contractId, call, failures, lastReason, ...state }).catch(() =>
      log('circuit_not_told', { contractId }),
    )
  }

  async #note(tenantId: string, buyerId: string, note: CircuitNote): Promise<void> {
    await this.#services.account(tenantId, buyerId).noteCircuit(note)
  }
}

function keyOf({ contractId, call }: CircuitName): string {
  return `${call} ${contractId}`
}

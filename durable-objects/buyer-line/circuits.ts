/**
 * The circuits of this isolate: which contracts are not called for a while, because their buyers keep failing.
 *
 * In memory only, by contract. The buyer's account hears when one opens or closes, for the
 * operator to see, and not of any single call.
 */
import type { BuyerLineAccountRpc } from '../../src/contracts/buyer-line'
import {
  type CallHealth,
  type Circuit,
  isCircuitNews,
  isCircuitOpen,
  NEW_CIRCUIT,
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
    return isCircuitOpen(this.#get(name), this.#services.now())
  }

  /** A call is about to go out. @returns false where it must not; of an open circuit's calls one at a time may, as a probe */
  admit(name: CircuitName): boolean {
    const now = this.#services.now()
    const circuit = this.#get(name)
    if (isCircuitOpen(circuit, now)) return false
    if (circuit.state !== 'closed') this.#put(name, onCall(circuit, now))
    return true
  }

  /** A call has ended. */
  ended(name: CircuitName, health: CallHealth, startedAt: number): void {
    const before = this.#get(name)
    const after = onCallEnd(before, { health, startedAt, now: this.#services.now() })
    this.#put(name, after)
    if (isCircuitNews(before, after))
      this.#tell(name, { ...after, failures: Math.max(before.failures, after.failures) })
  }

  #get(name: CircuitName): Circuit {
    return this.#circuits.get(keyOf(name)) ?? NEW_CIRCUIT
  }

  #put(name: CircuitName, circuit: Circuit): void {
    const key = keyOf(name)
    // Losing count of failures costs no more than some more failures.
    if (this.#circuits.size >= MAX_CIRCUITS && !this.#circuits.has(key)) this.#circuits.clear()
    this.#circuits.set(key, circuit)
  }

  /** What does not get through is told with the next change; nothing waits for it. */
  #tell({ tenantId, buyerId, contractId, call }: CircuitName, circuit: Circuit): void {
    const { isolate, log } = this.#services
    const { since, failures } = circuit
    const state = circuit.state === 'closed' ? 'closed' : 'open'
    const until = circuit.state === 'closed' ? null : circuit.until
    const note = {
      isolate,
      contractId,
      call,
      state,
      since,
      until,
      failures,
      lastReason: circuit.lastReason ?? '',
    } as const
    log('circuit_changed', { contractId, call, state, failures })
    this.#note(tenantId, buyerId, note).catch(() => log('circuit_not_told', { contractId }))
  }

  async #note(tenantId: string, buyerId: string, note: CircuitNote): Promise<void> {
    await this.#services.account(tenantId, buyerId).noteCircuit(note)
  }
}

function keyOf({ contractId, call }: CircuitName): string {
  return `${call} ${contractId}`
}

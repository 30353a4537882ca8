/** Faults that a torture must find: lines of the product, changed in a copy of it. */

export interface Mutant {
  readonly name: string
  /** What it does wrong, in words. */
  readonly fault: string
  /** From the project's root. */
  readonly file: string
  readonly from: string
  readonly to: string
}

function mutant(name: string, fault: string, file: string, from: string, to: string): Mutant {
  return { name, fault, file, from, to }
}

export const MUTANTS: readonly Mutant[] = [
  mutant(
    'failover-on-timeout',
    'a post without an answer counts as a no, and the next bidder is tried',
    'src/core/auction/evolve.ts',
    "if (answer.kind === 'rejected') return { at: 'rejected'",
    "if (answer.kind !== 'accepted') return { at: 'rejected'",
  ),
  mutant(
    'interrupted-is-a-no',
    'a post that a kill cut off counts as a no',
    'src/core/auction/selling.ts',
    "answer: { kind: 'unknown', reason: 'interrupted' }",
    "answer: { kind: 'rejected', reason: 'interrupted', parsed: true }",
  ),
  mutant(
    'copy-for-everyone',
    'a buyer that does not honour keys is sent a second copy',
    'src/core/auction/selling.ts',
    "contender?.onUnknown === 'retry' ? retryDelayMs(stage.tryNumber, stage.retryAfterMs, elapsedMs) : null",
    'contender !== undefined ? retryDelayMs(stage.tryNumber, stage.retryAfterMs, elapsedMs) : null',
  ),
  mutant(
    'bare-status-resolves',
    'after an unknown, a bare 409 counts as a no',
    'src/core/auction/selling.ts',
    "contender?.onUnknown === 'retry' && answer.parsed",
    "contender?.onUnknown === 'retry'",
  ),
  mutant(
    'intent-not-written',
    'the post leaves before it is on record',
    'durable-objects/auction/record.ts',
    "    case 'post_started':\n    case 'settled':\n    case 'retry_scheduled':",
    "    case 'settled':\n    case 'retry_scheduled':",
  ),
  mutant(
    'lead-not-written',
    'the lead is not stored before it is sold',
    'durable-objects/auction/record.ts',
    'if (lead.offer === undefined) storage.putBeginning(beginning, begun.sealed)',
    'if (lead.offer === undefined) void storage',
  ),
  mutant(
    'key-not-remembered',
    'a request that is repeated under its key begins another auction',
    'durable-objects/supplier-gate/supplier-gate.ts',
    'const isNew = this.#keys.putNew(requestKey, { auctionId, fingerprint }, now + request.rememberMs)',
    "const isNew = requestKey !== ''",
  ),
  mutant(
    'early-acknowledgement',
    'the auction takes the queue for the database',
    'durable-objects/auction/run.ts',
    'await this.#outbox.flush(this.record, this.state)',
    "await this.#outbox.flush(this.record, this.state)\n      this.do({ type: 'acknowledge', sequence: sequenceOf(this.state) })\n      this.record?.saveAcknowledgements()",
  ),
  mutant(
    'account-not-charged',
    "a sale is not told to its buyer's account",
    'src/queues/charges.ts',
    'attempt === undefined ? [] :',
    'attempt !== undefined ? [] :',
  ),
  mutant(
    'counted-at-commit',
    'caps and balances do not count what is held',
    'durable-objects/buyer-account/buyer-account.ts',
    'this.#holds.putNew(auctionId, attempt, hold)) {\n      this.#count(hold, 1)',
    'this.#holds.putNew(auctionId, attempt, hold)) {',
  ),
  mutant(
    'late-sale-not-charged',
    'a sale that was learned of later is not in the ledger',
    'src/stores/projector-store.ts',
    'FROM sale WHERE true',
    'FROM sale WHERE stored_sequence IS NULL',
  ),
  mutant(
    'lead-counted-twice',
    'a lead that is told again is counted again in the reports',
    'src/stores/projector-store.ts',
    '    WHERE stored_sequence IS NOT NULL',
    '    WHERE stored_sequence < 0',
  ),
  mutant(
    'late-event-not-written',
    'the events of a change that came later are not stored with it',
    'src/stores/projector-store.ts',
    "WHERE (stored.sequence IS NULL OR stored.sequence < row ->> 'sequence')",
    'WHERE stored.sequence IS NULL',
  ),
  mutant(
    'payout-rounded-down',
    'what a supplier is owed is cut off at the micro, not rounded',
    'src/core/money/micros.ts',
    'return (2n * dividend + divisor) / (2n * divisor)',
    'return dividend / divisor',
  ),
]

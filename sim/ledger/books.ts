/**
 * Compares, once a history is over, what is ours with what really happened: auctions, accounts, gate and database against the
 * ledger.
 */
import type { AuctionState } from '../../src/core/auction/state.ts'
import { hasLead } from '../../src/core/auction/state.ts'
import { salesOf, statusOf } from '../../src/core/auction/summary.ts'
import { START } from '../engine/engine.ts'
import type { Host } from '../engine/host.ts'
import type { AuctionObject } from '../objects/auction.ts'
import type { Hold } from '../objects/buyer-account.ts'
import type { World } from '../world/world.ts'
import { hold } from './broken.ts'

/** By then every auction is settled, or a person has been asked: the retries take 23 h 13 min, and the accidents theirs. */
export const STATED_MS = 26 * 60 * 60 * 1_000

/** Whether nothing is left to happen by itself but to ask again about what a person must resolve. */
export function isQuiet(world: World): boolean {
  if (world.suppliers.some(({ isBusy }) => isBusy) || !world.projections.isEmpty || !world.retries.isEmpty) return false
  for (const { instance } of world.auctions.values()) if (!isAtRest(instance.state)) return false
  for (const hold of holdsOf(world)) if (hold.status === 'held' && !isUnresolved(world, hold)) return false
  for (const { auctionId } of openLeases(world)) {
    const state = stateOf(world.auctions.get(auctionId))
    if (state.phase === 'absent' || state.phase === 'settled') return false
  }
  return true
}

/** @throws Broken */
export function checkBooks(world: World): void {
  const { ledger, engine } = world
  ledger.checkAnswers()
  const after = `after ${Math.round((engine.now - START) / 60_000)} minutes`
  for (const [id, { instance }] of world.auctions) {
    const { state } = instance
    hold(isAtRest(state), 10, () => `${id} is ${wordsOf(state)} ${after}`)
    checkSales(world, id, state)
    checkProjection(world, id, state)
  }
  checkCharges(world)
  checkRollups(world)
  checkHolds(world, after)
  checkGate(world, after)
  for (const ref of ledger.answers.keys()) {
    const isKept = [...world.database.leads.values()].some(({ leadRef }) => leadRef === ref)
    hold(isKept, 3, () => `${ref} was acknowledged, and the database does not know it`)
  }
}

/** An auction is what it is for good: settled and told, or in the hands of the operator and told; or never begun. */
function isAtRest(state: AuctionState): boolean {
  if (state.phase === 'absent') return true
  if (state.acknowledged < state.sequence) return false
  if (state.phase === 'settled') return true
  return state.phase === 'selling' && isParked(state)
}

function isParked({ attempts }: Extract<AuctionState, { phase: 'selling' }>): boolean {
  const isRunning = attempts.some(({ stage: { at } }) => at === 'reserving' || at === 'posting')
  const unknown = attempts.flatMap(({ stage }) => (stage.at === 'unknown' ? [stage] : []))
  return !isRunning && unknown.length > 0 && unknown.every(({ parked }) => parked)
}

function checkSales({ ledger }: World, id: string, state: AuctionState): void {
  const sold = new Map(salesOf(state).map((sale) => [sale.contractId, sale]))
  const open = state.phase === 'absent' ? [] : state.attempts.filter(({ stage }) => stage.at === 'unknown')
  const takes = ledger.takes.filter(({ auctionId }) => auctionId === id)
  for (const { contractId, priceMicros } of takes) {
    const sale = sold.get(contractId)
    const isOpen = open.some((attempt) => attempt.contractId === contractId)
    hold(isOpen || sale !== undefined, 2, () => `${id} does not know that ${contractId} took its lead`)
    hold(sale === undefined || sale.priceMicros === priceMicros, 2, () => `${id} sold for another price`)
  }
  for (const contractId of sold.keys()) {
    hold(
      takes.some((take) => take.contractId === contractId),
      2,
      () => `${id} believes that ${contractId} took its lead`,
    )
  }
}

function checkProjection({ database }: World, id: string, state: AuctionState): void {
  if (!hasLead(state) || state.phase === 'absent') return
  const stored = database.leads.get(id)
  hold(stored !== undefined, 3, () => `the database does not know ${id}`)
  hold(stored?.status === statusOf(state), 3, () => `the database has ${id} as ${stored?.status}`)
  hold(stored?.sequence === state.sequence, 3, () => `the database has an older state of ${id}`)
}

/** Ledger rows = sales that the exchange knows of = leads that buyers took, but for those that are still unknown. */
function checkCharges({ ledger, database, auctions }: World): void {
  for (const [index, { auctionId, contractId, buyerId, revenueMicros, payoutMicros }] of database.ledger.entries()) {
    const take = ledger.takes.find((other) => other.auctionId === auctionId && other.contractId === contractId)
    hold(take?.buyerId === buyerId, 2, () => `${buyerId} is charged for ${auctionId}, which it did not take`)
    hold(take?.priceMicros === revenueMicros, 2, () => `${buyerId} is charged another price for ${auctionId}`)
    const owed = ledger.payoutFor(revenueMicros)
    hold(payoutMicros === owed, 2, () => `the supplier is paid ${payoutMicros} for ${auctionId}, and owed ${owed}`)
    const first = database.ledger.findIndex((row) => row.auctionId === auctionId && row.contractId === contractId)
    hold(first === index, 2, () => `${buyerId} is charged twice for ${auctionId}`)
  }
  const sales = [...auctions.values()].reduce((sum, host) => sum + salesOf(stateOf(host)).length, 0)
  hold(database.ledger.length === sales, 2, () => `${sales} sales, and ${database.ledger.length} rows of the ledger`)
}

function checkRollups({ database }: World): void {
  const rollups = [...database.rollups.values()]
  const sum = (of: (rollup: (typeof rollups)[number]) => number) => rollups.reduce((all, rollup) => all + of(rollup), 0)
  const booked = database.ledger.reduce((all, { revenueMicros }) => all + revenueMicros, 0)
  const paid = database.ledger.reduce((all, { payoutMicros }) => all + payoutMicros, 0)
  hold(sum(({ leads }) => leads) === database.leads.size, 2, () => 'the reports count another number of leads')
  hold(sum(({ sales }) => sales) === database.ledger.length, 2, () => 'the reports count another number of sales')
  hold(sum(({ revenueMicros }) => revenueMicros) === booked, 2, () => 'the reports have another revenue')
  hold(sum(({ payoutMicros }) => payoutMicros) === paid, 2, () => 'the reports have another payout')
}

/** Whoever denied for these reasons may hold something all the same, and is told. */
const TOLD: readonly string[] = ['not_reached', 'account_denied']

/**
 * While time goes by: what is over, and said to be, is held no more, but sold or released. Of what a restart forgot, an account has to ask
 * first.
 */
export function checkOver(world: World): void {
  for (const held of holdsOf(world)) {
    if (held.status !== 'held') continue
    const state = stateOf(world.auctions.get(held.auctionId))
    if (state.phase !== 'settled' || state.acknowledged < state.sequence) continue
    const stage = attemptOf(world, held)?.stage
    // An account that refused was not told: what an earlier beginning asked of it may still come, and is asked about.
    const isTold =
      stage?.at === 'accepted' || stage?.at === 'rejected' || (stage?.at === 'denied' && TOLD.includes(stage.reason))
    const words = () => `${held.contractId} holds ${held.auctionId}/${held.attempt}, which is ${stage?.at} and told`
    hold(!isTold, 2, words)
  }
}

/** An account holds what is sold or unknown, and nothing else. */
function checkHolds(world: World, after: string): void {
  for (const held of holdsOf(world)) {
    if (held.status === 'released') continue
    const { auctionId, attempt: number, contractId } = held
    const attempt = attemptOf(world, held)
    const stage = attempt?.stage.at
    const isRight = held.status === 'sold' ? stage === 'accepted' : stage === 'unknown'
    hold(isRight, 2, () => `${contractId} has ${auctionId}/${number} ${held.status}, which is ${stage} ${after}`)
    hold(attempt?.priceMicros === held.priceMicros, 2, () => `${contractId} holds another price for ${auctionId}`)
  }
  for (const [auctionId, host] of world.auctions) {
    const state = stateOf(host)
    for (const { number, contractId, stage } of state.phase === 'absent' ? [] : state.attempts) {
      if (stage.at !== 'accepted' && stage.at !== 'unknown') continue
      const held = accountOf(world, contractId).find(
        (other) => other.auctionId === auctionId && other.attempt === number,
      )
      const wanted = stage.at === 'accepted' ? 'sold' : 'held'
      hold(
        held?.status === wanted,
        2,
        () => `${auctionId}/${number} is ${stage.at}, and ${held?.status} at its account`,
      )
    }
  }
  for (const [buyerId, { instance }] of world.accounts) {
    const counted = instance.holds().filter(({ status }) => status !== 'released')
    const amountMicros = counted.reduce((sum, { priceMicros }) => sum + priceMicros, 0)
    const { used } = instance
    const isEven = used.count === counted.length && used.amountMicros === amountMicros
    hold(isEven, 2, () => `${buyerId} counts ${used.count} for ${used.amountMicros}, and holds another number`)
  }
}

/** The gate keeps a place for what is sold or unknown, and nothing else. */
function checkGate(world: World, after: string): void {
  for (const { auctionId } of openLeases(world)) {
    const { phase } = stateOf(world.auctions.get(auctionId))
    hold(phase === 'selling', 10, () => `the gate keeps a place for ${auctionId}, which is ${phase} ${after}`)
  }
}

function accountOf({ scenario, accounts }: World, contractId: string): readonly Hold[] {
  const buyerId = scenario.plan.contenders.find(({ id }) => id === contractId)?.buyerId ?? ''
  return accounts.get(buyerId)?.instance.holds() ?? []
}

function holdsOf({ accounts }: World): readonly Hold[] {
  const holds: Hold[] = []
  for (const { instance } of accounts.values()) holds.push(...instance.holds())
  return holds
}

function openLeases({ gate }: World) {
  return gate.instance.leases().filter(({ settled }) => !settled)
}

function attemptOf({ auctions }: World, { auctionId, attempt, contractId }: Hold) {
  const state = stateOf(auctions.get(auctionId))
  if (state.phase === 'absent') return undefined
  return state.attempts.find((candidate) => candidate.number === attempt && candidate.contractId === contractId)
}

function isUnresolved(world: World, held: Hold): boolean {
  return attemptOf(world, held)?.stage.at === 'unknown'
}

function stateOf(host: Host<AuctionObject> | undefined): AuctionState {
  return host?.instance.state ?? { phase: 'absent' }
}

function wordsOf(state: AuctionState): string {
  if (state.phase === 'absent') return state.phase
  const stages = state.attempts.map(({ contractId, stage }) => `${contractId} ${stage.at}`).join(', ')
  return `${state.phase} (${stages}), told ${state.sequence}, acknowledged ${state.acknowledged},`
}

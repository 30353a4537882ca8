/** One history, from its first draw to its last check. */
import type { Chance } from '../engine/chance.ts'
import { Engine, START } from '../engine/engine.ts'
import { checkBooks, checkOver, isQuiet, STATED_MS } from '../ledger/books.ts'
import { Broken } from '../ledger/broken.ts'
import { checkReturned } from '../ledger/returned.ts'
import { Returns } from '../world/returns.ts'
import { drawScenario, type Scenario } from '../world/scenario.ts'
import { World } from '../world/world.ts'

export interface HistoryResult {
  /** Null where every invariant held. */
  readonly failure: string | null
  readonly steps: number
  readonly crashes: number
  readonly faults: number
  readonly takes: number
  readonly scenario: Scenario
}

const FIRST_LOOK_MS = 100_000
const LOOK_AGAIN_MS = 10 * 60_000
/** Until somebody looks after what is parked: by then nothing is on its way to a buyer any more. */
const OPERATOR_MS = 60 * 60_000
/** One history in so many has returns. */
const RETURNED_ONE_IN = 3
const CRON_MS = 60_000
/** By then whatever was returned is told to the buyer's account. */
const RETURNS_MS = 60 * 60_000
const RETENTION_OVER_MS = 32 * 24 * 60 * 60 * 1_000

/** @param story takes what happens, in words; null is faster */
export function runHistory(chance: Chance, story: string[] | null = null): HistoryResult {
  const engine = new Engine(chance, story)
  const scenario = drawScenario(chance)
  const world = new World(engine, scenario)
  const failure = play(world)
  const { steps, crashes } = engine
  return { failure, steps, crashes, faults: chance.faults, takes: world.ledger.takes.length, scenario }
}

function play(world: World): string | null {
  const { engine } = world
  try {
    for (const supplier of world.suppliers) supplier.start()
    engine.run(START + FIRST_LOOK_MS)
    untilQuiet(world)
    checkBooks(world)
    if (world.scenario.hasOperator && isAnyParked(world)) resolveParked(world)
    giveBack(world)
    checkRetention(world)
    return null
  } catch (error) {
    if (error instanceof Broken) return error.message
    return `the program failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`
  }
}

function untilQuiet(world: World): void {
  const { engine } = world
  const until = engine.now + STATED_MS
  for (checkOver(world); !isQuiet(world) && engine.now < until; checkOver(world)) runOn(engine, until)
}

/** As long as nothing happens there is nothing new to look at. */
function runOn(engine: Engine, until: number): void {
  const { steps } = engine
  do engine.run(engine.now + LOOK_AGAIN_MS)
  while (engine.steps === steps && engine.now < until)
}

/** With a person at it, nothing stays open. */
function resolveParked(world: World): void {
  const { engine, operator, auctions } = world
  engine.run(engine.now + OPERATOR_MS)
  operator.resolveAll(auctions.values())
  engine.run(engine.now + LOOK_AGAIN_MS)
  untilQuiet(world)
  checkBooks(world)
  if (isAnyParked(world)) throw new Broken(10, 'what a person resolved is not settled')
}

/** After the sales: what is returned is reversed and, with the cron's help, told. */
function giveBack(world: World): void {
  const { engine, returnDesk } = world
  if (engine.chance.draw(RETURNED_ONE_IN) < RETURNED_ONE_IN - 1) return
  const returns = new Returns(world)
  returns.start()
  if (returns.isOver) return
  const until = engine.now + RETURNS_MS
  while (engine.now < until && (!returns.isOver || world.database.untoldReturns().length > 0)) {
    engine.run(engine.now + CRON_MS)
    returnDesk.spawn(returnDesk.instance.tellAll())
  }
  if (!returns.isOver) throw new Broken(10, 'a return is not answered')
  checkReturned(world, returns)
}

function isAnyParked({ auctions }: World): boolean {
  return [...auctions.values()].some(({ instance }) => instance.state.phase === 'selling')
}

/** Settled auctions forget themselves after a month, and the database does not. Others would ask the operator for ever. */
function checkRetention(world: World): void {
  if (isAnyParked(world)) return
  const { engine, auctions, database } = world
  engine.run(START + RETENTION_OVER_MS)
  for (const [id, host] of auctions) {
    const isForgotten = host.disk.get('beginning') === undefined
    if (!isForgotten) throw new Broken(10, `${id} is kept for longer than a month`)
  }
  for (const ref of world.ledger.answers.keys()) {
    const isKept = [...database.leads.values()].some(({ leadRef }) => leadRef === ref)
    if (!isKept) throw new Broken(3, `${ref} was forgotten by its auction, and the database does not know it`)
  }
}

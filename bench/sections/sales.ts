/** What every measure of sales needs: that Gavel's books are closed before the other side's turn, and that they are right. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Gavel } from '../gavel.ts'
import { BEST_BUYER } from '../load/buyer-plan.ts'
import type { Measured, Side, Stand, Turn } from '../stand.ts'

const POLL_MS = 50
const DRAIN_PATIENCE_MS = 30_000
/** Acknowledgements follow the rows, half a second for each batch; they must not run into the other side's turn. */
const SETTLE_MS = 1_500

async function soldRows({ miniflare }: Gavel): Promise<number> {
  const database = await miniflare.getD1Database('DB')
  return (await database.prepare("SELECT count(*) AS sold FROM leads WHERE status = 'sold'").first<number>('sold')) ?? 0
}

/** Waits until the database holds every sale. @returns how long that took, in ms; @throws where it does not come */
export async function drain(gavel: Gavel, sold: number): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const rows = await soldRows(gavel)
    const tookMs = performance.now() - startedAt
    if (rows === sold) {
      await sleep(SETTLE_MS)
      return tookMs
    }
    if (rows > sold || tookMs > DRAIN_PATIENCE_MS) throw new Error(`the database holds ${rows} of ${sold} sold leads`)
    await sleep(POLL_MS)
  }
}

/** Checks with the buyers that each lead was posted once, and to the best bidder. @returns the check, to be run after */
async function watchBuyers(stand: Stand): Promise<(leads: number) => Promise<void>> {
  const before = await stand.buyerCounts()
  return async (leads) => {
    const after = await stand.buyerCounts()
    const posts = after.map((count, index) => count.posts - (before[index]?.posts ?? 0))
    const isRight = posts.every((count, index) => count === (index === BEST_BUYER ? leads : 0))
    if (!isRight) throw new Error(`${leads} leads were posted as ${posts.join(', ')}`)
  }
}

/** The turns of a measure of sales: each of Gavel's lasts until its books are closed. */
export class SaleTurns {
  readonly #stand: Stand
  readonly #gavel: Gavel
  readonly #check: (leads: number) => Promise<void>
  #gavelSold: number
  leads = 0
  /** How long the database took after each of Gavel's turns, in ms. */
  readonly drainsMs: number[] = []

  private constructor(stand: Stand, parts: { gavel: Gavel; check: (leads: number) => Promise<void>; sold: number }) {
    this.#stand = stand
    this.#gavel = parts.gavel
    this.#check = parts.check
    this.#gavelSold = parts.sold
  }

  static async begin(stand: Stand): Promise<SaleTurns> {
    const { gavel } = await stand.pair()
    return new SaleTurns(stand, { gavel, check: await watchBuyers(stand), sold: await soldRows(gavel) })
  }

  async take(side: Side, turn: Turn): Promise<Measured> {
    const measured = await this.#stand.turn(side, turn, async ({ latenciesMs }) => {
      if (side === 'bare') return
      this.#gavelSold += latenciesMs.length
      this.drainsMs.push(await drain(this.#gavel, this.#gavelSold))
    })
    this.leads += measured.latenciesMs.length
    return measured
  }

  /** @throws where the buyers were sent anything else than these leads */
  async end(): Promise<void> {
    await this.#check(this.leads)
  }
}

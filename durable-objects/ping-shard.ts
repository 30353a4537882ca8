/**
 * Asks up to six buyers of one auction on behalf of it, and reports each answer as a line of JSON. Decides nothing, keeps
 * nothing; made anew for each auction, so that no two auctions share its six connections.
 */
import { DurableObject } from 'cloudflare:workers'
import { CutOffs } from '../src/buyers/cut-offs'
import type { AuctionContract } from '../src/contracts/auction-lead'
import { type PackedContract, unpackContract } from '../src/contracts/packed-contract'
import type { AuctionIds, BuyerLine, LeadToSend, PingReport } from './buyer-line/buyer-line'

export interface ShardRequest {
  readonly lead: LeadToSend
  readonly ids: AuctionIds
  /** At most six. */
  readonly contracts: readonly PackedContract[]
  /** Sealed credentials by contract; '' where there are none. */
  readonly sealed: { readonly [contractId: string]: string }
  /** Milliseconds since 1970. */
  readonly endsAt: number
}

export interface PingShardRpc {
  /** @returns lines of JSON, one a buyer, as they answer */
  ping(request: ShardRequest): Promise<ReadableStream<Uint8Array>>
  /** Aborts what is still out. Cancelling the stream does not: its writer hears of that only when it next writes. */
  stop(): Promise<void>
}

export interface ShardReport {
  readonly contractId: string
  readonly report: PingReport
}

export class PingShardObject extends DurableObject implements PingShardRpc {
  readonly #line: BuyerLine
  readonly #cutOffs = new CutOffs()

  constructor(ctx: DurableObjectState, env: Env, services: { readonly line: BuyerLine }) {
    super(ctx, env)
    this.#line = services.line
  }

  async ping(request: ShardRequest): Promise<ReadableStream<Uint8Array>> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    // The reader has gone: nobody waits for the rest.
    writer.closed.catch(() => this.#cutOffs.close())
    const ask = async (contract: AuctionContract) => {
      const sealed = request.sealed[contract.terms.id] ?? ''
      const call = { ...request, contract, sealed: sealed === '' ? null : sealed, cutOffs: this.#cutOffs }
      const report = await this.#line.ping(call)
      const line: ShardReport = { contractId: contract.terms.id, report }
      await writer.write(encoder.encode(`${JSON.stringify(line)}\n`)).catch(() => undefined)
    }
    const all = Promise.all(request.contracts.map((contract) => ask(unpackContract(contract)))).finally(() =>
      writer.close().catch(() => undefined),
    )
    this.ctx.waitUntil(all)
    return readable
  }

  async stop(): Promise<void> {
    this.#cutOffs.close()
  }
}

const encoder = new TextEncoder()

/** Reads a shard's lines until they end or the signal fires. */
export async function* readReports(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<ShardReport> {
  if (signal.aborted) return stream.cancel()
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  const cancel = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  let rest = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const lines = (rest + chunk.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as ShardReport
    }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

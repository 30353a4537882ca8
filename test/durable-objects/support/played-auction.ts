/**
 * An auction in a real object with real storage, whose clock the test moves and whose calls to the world are recorded. It
 * can be killed at any moment: what it had in memory is then gone for good, as after a deploy.
 */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { AuctionObject } from '../../../durable-objects/auction/auction'
import type { AuctionServices } from '../../../durable-objects/auction/services'
import { BuyerLine } from '../../../durable-objects/buyer-line/buyer-line'
import type { AuctionView, BuyerAccountRpc, SubmitLead, SubmitResult } from '../../../src/contracts/objects'
import type { LeadProjection, PostRetry } from '../../../src/contracts/projection'
import { Recorder } from './recorder'

/** So far ahead that no alarm ever comes by itself: a test says when. */
const AHEAD_MS = 50 * 365 * 24 * 60 * 60 * 1_000

export interface ScheduledRetry extends PostRetry {
  readonly delaySeconds: number
}

/** What a test puts in place of the usual. */
export interface PlayedServices extends Partial<AuctionServices> {
  /** What the accounts answer; by default they grant whatever is asked. */
  readonly accounts?: Partial<BuyerAccountRpc>
}

export class PlayedAuction {
  readonly objectId = env.AUCTION.newUniqueId().toString()
  readonly projected = new Recorder<LeadProjection>()
  readonly retries = new Recorder<ScheduledRetry>()
  /** As `reserve buy_a 1`, with the number of the attempt. */
  readonly accountCalls = new Recorder<string>()
  readonly logged = new Recorder<string>()
  #services: AuctionServices
  #object: AuctionObject | null = null
  #aheadMs = AHEAD_MS

  constructor(services: PlayedServices = {}) {
    this.#services = this.#recording(services)
  }

  now(): number {
    return Date.now() + this.#aheadMs
  }

  advance(ms: number): void {
    this.#aheadMs += ms
  }

  submit(lead: SubmitLead): Promise<SubmitResult> {
    return this.run((auction) => auction.submit(lead))
  }

  /** Submits, and leaves the answer to whoever waits for it; an answer that a crash took is null. */
  begin(lead: SubmitLead): Promise<SubmitResult | null> {
    return this.submit(lead).catch(() => null)
  }

  replay(fingerprint: string): Promise<SubmitResult | null> {
    return this.run((auction) => auction.replay(fingerprint))
  }

  /** @throws where there is no auction of this tenant */
  async view(tenantId = 'live'): Promise<AuctionView> {
    const view = await this.run((auction) => auction.view(tenantId))
    if (view === null) throw new Error('no such auction')
    return view
  }

  acknowledge(sequence: number): Promise<void> {
    return this.run((auction) => auction.acknowledge(sequence))
  }

  retryPost(contractId: string, tryNumber: number): Promise<boolean> {
    return this.run((auction) => auction.retryPost(contractId, tryNumber))
  }

  /** @returns when the watchdog comes, in ms from now, or null where none is set */
  alarmInMs(): Promise<number | null> {
    return this.run(async (_, { storage }) => {
      const at = await storage.getAlarm()
      return at === null ? null : at - this.now()
    })
  }

  /** Moves the clock to the alarm and lets it ring. @throws where none is set */
  async ring(): Promise<void> {
    const inMs = await this.alarmInMs()
    if (inMs === null) throw new Error('no alarm is set')
    this.advance(Math.max(0, inMs))
    await this.run(async (auction, { storage }) => {
      await storage.deleteAlarm()
      await auction.alarm()
    })
  }

  /** @returns the keys that are stored */
  stored(): Promise<readonly string[]> {
    return this.run(async (_, { storage }) => [...storage.kv.list()].map(([key]) => key))
  }

  /** Kills every object, with all that runs in it. The next call begins a new life from what was stored. */
  async crash(services?: PlayedServices): Promise<void> {
    this.#object = null
    if (services !== undefined) this.#services = this.#recording(services)
    await abortAllDurableObjects()
  }

  run<T>(act: (auction: AuctionObject, state: DurableObjectState) => Promise<T>): Promise<T> {
    const stub = env.AUCTION.get(env.AUCTION.idFromString(this.objectId))
    return runInDurableObject(stub, (_, state) => {
      this.#object ??= new AuctionObject(state, env, this.#services)
      return act(this.#object, state)
    })
  }

  #recording({ accounts = {}, ...services }: PlayedServices): AuctionServices {
    const now = () => this.now()
    return {
      now,
      line: new BuyerLine({
        allowLoopback: true,
        now,
        openSecrets: async (sealed) => sealed,
        tokens: async () => ({ ok: false, reason: 'no tokens here' }),
      }),
      newShard: () => env.PING_SHARD.get(env.PING_SHARD.newUniqueId()),
      account: (_, buyerId) => this.#account(buyerId, accounts),
      sealedSecrets: async () => ({}),
      sealLead: async (fields) => ({ sealedFields: `sealed ${fields.length}`, sealedKey: 'key' }),
      project: async (message) => this.projected.push(message),
      retryLater: async (message, delaySeconds) => this.retries.push({ ...message, delaySeconds }),
      tieBreak: (_, buyerId) => buyerId,
      log: (event) => this.logged.push(event),
      ...services,
    }
  }

  #account(buyerId: string, accounts: Partial<BuyerAccountRpc>): BuyerAccountRpc {
    return {
      reserve: async (request) => {
        this.accountCalls.push(`reserve ${buyerId} ${request.attempt}`)
        return (await accounts.reserve?.(request)) ?? { granted: true }
      },
      commit: async (auctionId, attempt) => {
        this.accountCalls.push(`commit ${buyerId} ${attempt}`)
        await accounts.commit?.(auctionId, attempt)
      },
      release: async (auctionId, attempt) => {
        this.accountCalls.push(`release ${buyerId} ${attempt}`)
        await accounts.release?.(auctionId, attempt)
      },
      configure: async () => undefined,
    }
  }
}

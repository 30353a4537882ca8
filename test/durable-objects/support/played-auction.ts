/** An auction in a real object, whose clock the test moves and whose calls to the world are recorded. */
import { env } from 'cloudflare:workers'
import { AuctionObject } from '../../../durable-objects/auction/auction'
import type { AuctionServices } from '../../../durable-objects/auction/services'
import type { PingShardRpc, ShardRequest } from '../../../durable-objects/ping-shard'
import type { OfferResult, SubmitResult, TakeResult } from '../../../src/contracts/auction'
import type { PostedLead, SubmitLead } from '../../../src/contracts/auction-lead'
import type { AuctionView } from '../../../src/contracts/auction-view'
import type { HoldingAccountRpc } from '../../../src/contracts/buyer-account'
import type { IdentityIndexRpc } from '../../../src/contracts/identity-index'
import type { LeadAnswer } from '../../../src/contracts/lead-answer'
import type { LeadProjection, PostRetry } from '../../../src/contracts/projection'
import type { SupplierGateRpc } from '../../../src/contracts/supplier-gate'
import { RecordSeals } from '../../../src/security/record-seal'
import { testBindings } from '../../support/bindings'
import { type LeadOverrides, leadToSubmit } from '../../support/submit-lead'
import { ObjectLife } from './object-life'
import { Recorder } from './recorder'
import type { TestBuyer } from './test-buyer'
import { testLine } from './test-line'

/** So far ahead that no alarm ever comes by itself: a test says when. */
const AHEAD_MS = 50 * 365 * 24 * 60 * 60 * 1_000

const MAX_RINGS = 20

/** The deployed class looks at the same storage whenever an object begins a new life. */
const SEALS = new RecordSeals([{ kid: '', secret: new Uint8Array(Buffer.from(testBindings.MASTER_KEY, 'base64url')) }])

export interface ScheduledRetry extends PostRetry {
  readonly delaySeconds: number
}

/** What a test puts in place of the usual. */
export interface PlayedServices extends Partial<AuctionServices> {
  /** What the accounts do besides being recorded; by default they grant whatever is asked. */
  readonly accounts?: Partial<HoldingAccountRpc>
  readonly supplierGate?: Partial<SupplierGateRpc>
  readonly identities?: Partial<IdentityIndexRpc>
}

export class PlayedAuction {
  readonly objectId = env.AUCTION.newUniqueId().toString()
  readonly projected = new Recorder<LeadProjection>()
  readonly retries = new Recorder<ScheduledRetry>()
  /** As `reserve buy_a 1`, with the number of the attempt. */
  readonly accountCalls = new Recorder<string>()
  /** As `hold 90000000`, `settle sold 90000000`, `cancel`. */
  readonly gateCalls = new Recorder<string>()
  /** As `claim ab12 cd34`. */
  readonly identityCalls = new Recorder<string>()
  readonly shardRequests = new Recorder<ShardRequest>()
  readonly logged = new Recorder<string>()
  readonly #life: ObjectLife<AuctionObject>
  #services: PlayedServices
  #aheadMs = AHEAD_MS

  constructor(services: PlayedServices = {}) {
    this.#services = services
    this.#life = new ObjectLife(env.AUCTION, env.AUCTION.idFromString(this.objectId), (state) => {
      return new AuctionObject(state, env, this.#recording())
    })
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

  offer(lead: SubmitLead): Promise<OfferResult> {
    return this.run((auction) => auction.offer(lead))
  }

  replayOffer(fingerprint: string): Promise<OfferResult | null> {
    return this.run((auction) => auction.replayOffer(fingerprint))
  }

  take(lead: PostedLead): Promise<TakeResult> {
    return this.run((auction) => auction.take(lead))
  }

  /** Submits, and leaves the answer to whoever waits for it; an answer that a crash took is null. */
  begin(lead: SubmitLead): Promise<SubmitResult | null> {
    return this.submit(lead).catch(() => null)
  }

  replay(fingerprint: string): Promise<SubmitResult | null> {
    return this.run((auction) => auction.replay(fingerprint))
  }

  /** @throws where there is no auction of this tenant */
  async view(): Promise<AuctionView> {
    const view = await this.viewOf('live')
    if (view === null) throw new Error('no such auction')
    return view
  }

  viewOf(tenantId: string): Promise<AuctionView | null> {
    return this.run((auction) => auction.view(tenantId))
  }

  acknowledge(sequence: number): Promise<void> {
    return this.run((auction) => auction.acknowledge(sequence))
  }

  retryPost(contractId: string, tryNumber: number): Promise<boolean> {
    return this.run((auction) => auction.retryPost(contractId, tryNumber))
  }

  /** @returns when the watchdog comes, in ms from now, or null where none is set */
  async alarmInMs(): Promise<number | null> {
    const at = await this.#life.alarmAt()
    return at === null ? null : at - this.now()
  }

  /** Moves the clock to the alarm and lets it ring. @throws where none is set */
  async ring(): Promise<void> {
    this.advance(Math.max(0, (await this.alarmInMs()) ?? 0))
    await this.#life.ring()
  }

  /** Rings again and again, until what should come of it has come. @throws where it does not */
  async ringUntil(isDone: () => boolean): Promise<void> {
    for (let rings = 0; !isDone(); rings++) {
      if (rings === MAX_RINGS) throw new Error(`nothing came of ${rings} alarms`)
      await this.ring()
    }
  }

  /** @returns what is stored, by key */
  stored(): Promise<{ readonly [key: string]: unknown }> {
    return this.run((_, { storage }) => Object.fromEntries(storage.kv.list()))
  }

  /** Kills every object, with all that runs in it. @param services of the next life, where they change */
  async crash(services: PlayedServices = this.#services): Promise<void> {
    this.#services = services
    await this.#life.crash()
  }

  run<R>(act: (auction: AuctionObject, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    return this.#life.run(act)
  }

  #recording(): AuctionServices {
    const { accounts = {}, supplierGate = {}, identities = {}, newShard, ...services } = this.#services
    const now = () => this.now()
    return {
      now,
      line: testLine({ now }),
      newShard: () => this.#shard(newShard?.() ?? env.PING_SHARD.get(env.PING_SHARD.newUniqueId())),
      account: (_, buyerId) => this.#account(buyerId, accounts),
      gate: () => this.#gate(supplierGate),
      identityIndex: () => this.#identityIndex(identities),
      rotation: (tenantId, campaignId) => env.ROTATION.get(env.ROTATION.idFromName(`${tenantId}/${campaignId}`)),
      sealedSecrets: async () => ({}),
      recordSeals: SEALS,
      contactKeys: async (_, contacts) => contacts.map(({ text }) => `key of ${text.length}`),
      sealLead: async () => ({ sealedFields: 'sealed', sealedKey: 'sealed' }),
      signBid: async ({ objectId, expiresAt }) => `bid_${objectId}_${expiresAt}`,
      signPing: async ({ objectId, expiresAt }) => `ping_${objectId}_${expiresAt}`,
      project: async (message) => this.projected.push(message),
      retryLater: async (message, delaySeconds) => this.retries.push({ ...message, delaySeconds }),
      tieBreak: async (_, buyerId) => buyerId,
      // Whether the last buyer is out for long is the machine's choice: tests of that say so.
      earlyReservationMs: Number.POSITIVE_INFINITY,
      log: (event) => this.logged.push(event),
      ...services,
    }
  }

  #shard(shard: PingShardRpc): PingShardRpc {
    return {
      ping: (request) => {
        this.shardRequests.push(request)
        return shard.ping(request)
      },
      stop: () => shard.stop(),
    }
  }

  #account(buyerId: string, accounts: Partial<HoldingAccountRpc>): HoldingAccountRpc {
    return {
      reserve: async (request) => {
        this.accountCalls.push(`reserve ${buyerId} ${request.attempt}`)
        return (await accounts.reserve?.(request)) ?? { granted: true }
      },
      release: async (auctionId, attempt, until) => {
        this.accountCalls.push(`release ${buyerId} ${attempt}`)
        await accounts.release?.(auctionId, attempt, until)
      },
    }
  }

  #gate(gate: Partial<SupplierGateRpc>): SupplierGateRpc {
    return {
      holdPayout: async (auctionId, campaignId, payoutMicros) => {
        this.gateCalls.push(`hold ${payoutMicros}`)
        return (await gate.holdPayout?.(auctionId, campaignId, payoutMicros)) ?? true
      },
      settle: async (auctionId, sold, payoutMicros) => {
        this.gateCalls.push(`settle ${sold ? 'sold' : 'unsold'} ${payoutMicros}`)
        await gate.settle?.(auctionId, sold, payoutMicros)
      },
      cancel: async (auctionId) => {
        this.gateCalls.push('cancel')
        await gate.cancel?.(auctionId)
      },
    } satisfies Partial<SupplierGateRpc> as unknown as SupplierGateRpc
  }

  #identityIndex(index: Partial<IdentityIndexRpc>): IdentityIndexRpc {
    return {
      claim: async (claim) => {
        this.identityCalls.push(`claim ${claim.keys.join(' ')}`)
        return (await index.claim?.(claim)) ?? true
      },
      release: async (claim) => {
        this.identityCalls.push(`release ${claim.keys.join(' ')}`)
        await index.release?.(claim)
      },
      holds: async (keys) => (await index.holds?.(keys)) ?? false,
    }
  }
}

/** A lead for these buyers. */
export function leadFor(buyers: readonly TestBuyer[], overrides: LeadOverrides = {}): SubmitLead {
  return leadToSubmit({ contracts: buyers.map(({ contract }) => contract), ...overrides })
}

/** @returns the supplier's answer, as its body says it. @throws where there was none */
export function answerIn(result: SubmitResult | null): LeadAnswer['data'] & { readonly http: number } {
  if (result?.kind !== 'answer') throw new Error(`no answer but ${result?.kind}`)
  return { http: result.status, ...(JSON.parse(result.body) as LeadAnswer).data }
}

/** @returns how many posts each buyer received */
export async function postsOf(buyers: readonly TestBuyer[]): Promise<readonly number[]> {
  return Promise.all(buyers.map(async (buyer) => (await buyer.posts()).length))
}

/** One history's world, wired: objects by name, queues, database, edge, buyers, suppliers. */
import type { PostRetry } from '../../src/contracts/projection.ts'
import type { Engine } from '../engine/engine.ts'
import { Host } from '../engine/host.ts'
import { checkKept } from '../ledger/kept.ts'
import { Ledger } from '../ledger/ledger.ts'
import { AuctionObject } from '../objects/auction.ts'
import { BuyerAccountObject } from '../objects/buyer-account.ts'
import { IdentityIndexObject } from '../objects/identity-index.ts'
import type { Projection } from '../objects/projection.ts'
import { RotationObject } from '../objects/rotation.ts'
import type { AuctionServices } from '../objects/services.ts'
import { SupplierGateObject } from '../objects/supplier-gate.ts'
import { Buyer } from './buyer.ts'
import { PostRetrier, Projector } from './consumers.ts'
import { Database } from './database.ts'
import { Edge } from './edge.ts'
import { Operator } from './operator.ts'
import { Queue } from './queue.ts'
import { ReturnDesk } from './return-desk.ts'
import type { Scenario } from './scenario.ts'
import { Supplier } from './supplier.ts'

export class World {
  readonly engine: Engine
  readonly scenario: Scenario
  readonly ledger: Ledger
  readonly database = new Database()
  readonly auctions = new Map<string, Host<AuctionObject>>()
  readonly accounts = new Map<string, Host<BuyerAccountObject>>()
  readonly gate: Host<SupplierGateObject>
  readonly projections: Queue<Projection>
  readonly retries: Queue<PostRetry>
  readonly returnDesk: Host<ReturnDesk>
  readonly suppliers: readonly Supplier[]
  readonly operator: Operator
  readonly #buyers: ReadonlyMap<string, Buyer>
  readonly #indexes = new Map<string, Host<IdentityIndexObject>>()
  readonly #services: AuctionServices
  #minted = 0

  constructor(engine: Engine, scenario: Scenario) {
    const { plan, gateCaps, leads, buyers } = scenario
    this.engine = engine
    this.scenario = scenario
    this.ledger = new Ledger(engine, scenario)
    this.operator = new Operator(engine, this.ledger)
    this.#buyers = new Map(plan.contenders.map((terms) => [terms.id, new Buyer(engine, this.ledger, terms)]))
    const auction = (id: string) => this.#auction(id)
    this.gate = new Host(engine, 'gate', (host) => new SupplierGateObject(host, gateCaps, auction))
    for (const { buyerId, account } of buyers) {
      this.accounts.set(buyerId, new Host(engine, buyerId, (host) => new BuyerAccountObject(host, account, auction)))
    }
    const database = new Host(engine, 'database', () => this.database, false)
    const account = (buyerId: string) => found(this.accounts.get(buyerId))
    this.returnDesk = new Host<ReturnDesk>(engine, 'desk', (host) => new ReturnDesk(host, database, account))
    const projector = new Host<Projector>(
      engine,
      'projector',
      (host) => new Projector(host, { database, auction, account }),
    )
    this.projections = new Queue(engine, 'projections', projector)
    const retrier = new Host<PostRetrier>(engine, 'retrier', (host) => new PostRetrier(host, auction))
    this.retries = new Queue(engine, 'retries', retrier)
    this.#services = this.#auctionServices(new Host(engine, 'rotation', (host) => new RotationObject(host)))
    const mint = () => `auction-${++this.#minted}`
    const onArrival = (auctionId: string) => this.ledger.arrived(auctionId)
    const services = { gate: this.gate, auction, mint, onArrival }
    const edge = new Host<Edge>(engine, 'edge', (host) => new Edge(host, services))
    const capped = { leads: gateCaps.length > 0, payouts: gateCaps.some(({ amountMicros }) => amountMicros !== null) }
    const told = (ref: string, body: string) => {
      this.ledger.told(ref, body)
      checkKept(this, ref, body)
    }
    const parts = { engine, ledger: this.ledger, told, edge, plan, capped, mint }
    this.suppliers = leads.map((spec) => new Supplier(parts, spec))
  }

  #auction(id: string): Host<AuctionObject> {
    return known(this.auctions, id, () => new Host(this.engine, id, (host) => new AuctionObject(host, this.#services)))
  }

  #auctionServices(rotation: Host<RotationObject>): AuctionServices {
    const { engine } = this
    return {
      rotation,
      gate: this.gate,
      account: (buyerId) => found(this.accounts.get(buyerId)),
      identityIndex: (prefix) =>
        known(
          this.#indexes,
          prefix,
          () => new Host(engine, `index ${prefix}`, (host) => new IdentityIndexObject(host, (id) => this.#auction(id))),
        ),
      ping: (from, contractId, request) => found(this.#buyers.get(contractId)).ping(from, request),
      post: (from, request, timeoutMs) => found(this.#buyers.get(request.contractId)).post(from, request, timeoutMs),
      project: (from, message) => this.projections.sendFrom(from, message, 0),
      retryLater: (from, message, delaySeconds) => this.retries.sendFrom(from, message, delaySeconds * 1_000),
    }
  }
}

function known<T>(map: Map<string, T>, key: string, make: () => T): T {
  const there = map.get(key)
  if (there !== undefined) return there
  const made = make()
  map.set(key, made)
  return made
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nobody by this name')
  return value
}

/** A buyer of one test: a real server whose behaviour the test chooses, and what it received. */
import { inject } from 'vitest'
import type { AuctionContract } from '../../../src/contracts/auction-lead'
import type { ResolvedRequest, TemplateNode } from '../../../src/contracts/buyer-contract'
import type { ReceivedRequest } from '../../support/path-buyer'
import { buyerContract, type ContractOptions } from '../../support/submit-lead'

export interface TestBuyerOptions extends Pick<ContractOptions, 'terms' | 'contract'> {
  /** How it answers a ping, as test/support/path-buyer.ts says; left out for a buyer that takes part with its price. */
  readonly ping?: string
  readonly post?: string
  /** `bearer` for a buyer that wants a token with its post; the token itself comes with the sealed credentials. */
  readonly auth?: 'none' | 'bearer'
  /** Of the post; by default all fields under their own names. */
  readonly template?: TemplateNode
}

/** Waits for so many requests, and for so many that the caller gave up. */
interface Wanted {
  readonly requests?: number
  readonly aborted?: number
}

export class TestBuyer {
  readonly contract: AuctionContract
  readonly buyerId: string
  readonly contractId: string
  readonly #pings = crypto.randomUUID()
  readonly #posts = crypto.randomUUID()

  constructor(name: string, { ping, post = 'accept', auth = 'none', template, ...options }: TestBuyerOptions) {
    const at = (log: string, manner: string) => `${inject('buyerUrl')}/${log}/${manner}`
    const contract = buyerContract(name, {
      ...options,
      pingUrl: ping === undefined ? null : at(this.#pings, ping),
      postUrl: at(this.#posts, post),
    })
    this.contract = withRequest(contract, {
      ...(auth === 'bearer' ? { auth: { type: 'bearer', token: '' } } : {}),
      ...(template === undefined ? {} : { template }),
    })
    this.buyerId = this.contract.terms.buyerId
    this.contractId = this.contract.terms.id
  }

  pings(wanted: Wanted = {}): Promise<readonly ReceivedRequest[]> {
    return received(this.#pings, wanted)
  }

  posts(wanted: Wanted = {}): Promise<readonly ReceivedRequest[]> {
    return received(this.#posts, wanted)
  }

  /** Lets go of what the manner `held` holds back. */
  async releasePings(): Promise<void> {
    await tell(`_release/${this.#pings}`)
  }

  async releasePosts(): Promise<void> {
    await tell(`_release/${this.#posts}`)
  }
}

async function received(log: string, { requests = 0, aborted = 0 }: Wanted): Promise<readonly ReceivedRequest[]> {
  return (await tell(`_log/${log}?requests=${requests}&aborted=${aborted}`)) as readonly ReceivedRequest[]
}

async function tell(path: string): Promise<unknown> {
  return (await fetch(`${inject('buyerUrl')}/${path}`)).json()
}

function withRequest({ terms, endpoints }: AuctionContract, members: Partial<ResolvedRequest>): AuctionContract {
  const request = { ...endpoints.post.request, ...members }
  return { terms, endpoints: { ...endpoints, post: { ...endpoints.post, request } } }
}

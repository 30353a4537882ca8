/**
 * Keeps a contract's secrets apart from the rest of it.
 *
 * The contract itself is stored, cached and shown; its secrets are sealed on their own and only met again at sending. They
 * can be written, never read: a GET shows the mask, and a PUT that sends the mask back keeps what is there.
 */
import type { BuyerAuth, BuyerCall, ContractSecrets } from '../../contracts/buyer-contract'

/** What a reader sees in place of a secret. */
export const SECRET_MASK = '********'

interface WithSecrets {
  readonly url: string
  readonly test_url?: string | undefined
  readonly auth?: BuyerAuth | undefined
  readonly signature?: { readonly secret: string } | undefined
}

/** A contract as written or as resolved: both hold their secrets at the same places. */
interface WithCalls {
  readonly ping?: { readonly request?: WithSecrets | undefined } | null | undefined
  readonly post: { readonly request: WithSecrets }
  readonly inquiry?: { readonly request: WithSecrets } | null | undefined
}

const SECRET_OF = {
  none: null,
  bearer: 'token',
  basic: 'password',
  header: 'value',
  query: 'value',
  body: 'value',
  oauth_client_credentials: 'client_secret',
} as const satisfies { readonly [type in BuyerAuth['type']]: string | null }

/** @returns the contract with blanks for its secrets, and the secrets by path */
export function splitSecrets<Contract extends WithCalls>(
  contract: Contract,
): { readonly public: Contract; readonly secrets: ContractSecrets } {
  const secrets: { [path: string]: string } = {}
  const blanked = mapSecrets(contract, (path, secret) => {
    secrets[path] = secret
    return ''
  })
  return { public: blanked, secrets }
}

/** The inverse of splitSecrets; a secret that is not known stays blank. */
export function joinSecrets<Contract extends WithCalls>(contract: Contract, secrets: ContractSecrets): Contract {
  return mapSecrets(contract, (path, blank) => secrets[path] ?? blank)
}

/** @returns the contract as it may be shown */
export function maskSecrets<Contract extends WithCalls>(contract: Contract): Contract {
  return mapSecrets(contract, () => SECRET_MASK)
}

/** A contract as it is stored: what its masks stand for, and where those secrets are sent. */
export interface StoredContract {
  /** With blanks for its secrets. */
  readonly contract: WithCalls
  readonly secrets: ContractSecrets
}

/**
 * Fills in what the writer sent back masked. A secret is only kept for the hosts that it was given for: whoever may write a
 * contract and not read its secrets must not have one sent elsewhere.
 *
 * @returns the contract, the paths of masks that stand for no known secret, and of those whose secret would go to a new host
 */
export function unmaskSecrets<Contract extends WithCalls>(
  contract: Contract,
  known: StoredContract | null,
): { readonly contract: Contract; readonly missing: readonly string[]; readonly moved: readonly string[] } {
  const missing: string[] = []
  const moved: string[] = []
  const filled = mapSecrets(contract, (path, secret) => {
    if (secret !== SECRET_MASK) return secret
    const found = known?.secrets[path]
    if (known === null || found === undefined) missing.push(path)
    else if (!goesWhereItDid(path, contract, known.contract)) moved.push(path)
    return found ?? secret
  })
  return { contract: filled, missing, moved }
}

function goesWhereItDid(path: string, contract: WithCalls, stored: WithCalls): boolean {
  const before = new Set(destinationsOf(path, stored))
  return destinationsOf(path, contract).every((destination) => before.has(destination))
}

/** Where a secret is sent, or what is got with it; what only signs is sent nowhere. */
function destinationsOf(path: string, { ping, post, inquiry }: WithCalls): readonly string[] {
  const [call, , member] = path.split('.')
  const request = (call === 'ping' ? ping : call === 'inquiry' ? inquiry : post)?.request
  if (request === undefined || member !== 'auth') return []
  const { url, test_url, auth } = request
  const urls = [url, ...(test_url === undefined ? [] : [test_url])].map(originOf)
  return auth?.type === 'oauth_client_credentials' ? [...urls, `token ${originOf(auth.token_url)}`] : urls
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

type Change = (path: string, secret: string) => string

function mapSecrets<Contract extends WithCalls>(contract: Contract, change: Change): Contract {
  const { ping, post, inquiry } = contract
  const pinged = ping?.request
  return {
    ...contract,
    ...(pinged === undefined ? {} : { ping: { ...ping, request: changed(pinged, 'ping', change) } }),
    post: { ...post, request: changed(post.request, 'post', change) },
    ...(inquiry == null ? {} : { inquiry: { ...inquiry, request: changed(inquiry.request, 'inquiry', change) } }),
  }
}

function changed<Request extends WithSecrets>(request: Request, call: BuyerCall, change: Change): Request {
  const { auth, signature } = request
  return {
    ...request,
    ...(auth === undefined ? {} : { auth: changedAuth(auth, call, change) }),
    ...(signature === undefined
      ? {}
      : { signature: { ...signature, secret: change(`${call}.request.signature.secret`, signature.secret) } }),
  }
}

function changedAuth(auth: BuyerAuth, call: BuyerCall, change: Change): BuyerAuth {
  const member = SECRET_OF[auth.type]
  if (member === null) return auth
  const secret = (auth as { readonly [name: string]: string | undefined })[member] ?? ''
  return { ...auth, [member]: change(`${call}.request.auth.${member}`, secret) } as BuyerAuth
}

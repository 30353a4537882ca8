/**
 * Keeps a contract's secrets apart from the rest of it.
 *
 * The contract itself is stored, cached and shown; its secrets are sealed on their own and only met again at sending. They
 * can be written, never read: a GET shows the mask, and a PUT that sends the mask back keeps what is there.
 */
import type { BuyerAuth, ContractSecrets } from '../../contracts/buyer-contract'

/** What a reader sees in place of a secret. */
export const SECRET_MASK = '********'

/** A contract as written or as resolved: both hold their credentials at the same places. */
interface WithAuth {
  readonly ping?: { readonly request?: { readonly auth?: BuyerAuth | undefined } | undefined } | null | undefined
  readonly post: { readonly request: { readonly auth?: BuyerAuth | undefined } }
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
export function splitSecrets<Contract extends WithAuth>(
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
export function joinSecrets<Contract extends WithAuth>(contract: Contract, secrets: ContractSecrets): Contract {
  return mapSecrets(contract, (path, blank) => secrets[path] ?? blank)
}

/** @returns the contract as it may be shown */
export function maskSecrets<Contract extends WithAuth>(contract: Contract): Contract {
  return mapSecrets(contract, () => SECRET_MASK)
}

/**
 * Fills in what the writer sent back masked.
 *
 * @returns the contract, and the paths of masks that stand for no known secret
 */
export function unmaskSecrets<Contract extends WithAuth>(
  contract: Contract,
  known: ContractSecrets,
): { readonly contract: Contract; readonly missing: readonly string[] } {
  const missing: string[] = []
  const filled = mapSecrets(contract, (path, secret) => {
    if (secret !== SECRET_MASK) return secret
    const found = known[path]
    if (found === undefined) missing.push(path)
    return found ?? secret
  })
  return { contract: filled, missing }
}

type Change = (path: string, secret: string) => string

function mapSecrets<Contract extends WithAuth>(contract: Contract, change: Change): Contract {
  const { ping, post } = contract
  const pingAuth = ping?.request?.auth
  const postAuth = post.request.auth
  return {
    ...contract,
    ...(pingAuth === undefined
      ? {}
      : { ping: { ...ping, request: { ...ping?.request, auth: changed(pingAuth, 'ping', change) } } }),
    ...(postAuth === undefined
      ? {}
      : { post: { ...post, request: { ...post.request, auth: changed(postAuth, 'post', change) } } }),
  }
}

function changed(auth: BuyerAuth, call: 'ping' | 'post', change: Change): BuyerAuth {
  const member = SECRET_OF[auth.type]
  if (member === null) return auth
  const secret = (auth as { readonly [name: string]: string | undefined })[member] ?? ''
  return { ...auth, [member]: change(`${call}.request.auth.${member}`, secret) } as BuyerAuth
}

/**
 * OAuth access tokens: JWTs of the profile `at+jwt` (RFC 9068), signed with RS256, which that profile demands of everyone.
 *
 * A token is checked without a look-up; whether its client still may is asked of the client's snapshot by who calls this.
 */
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'

export const ACCESS_TOKEN_LIFE_MS = 15 * 60 * 1_000
export const SIGNING_ALGORITHM = 'RS256'
const TYPE = 'at+jwt'
const MAX_TOKEN_CHARS = 4_096
const MAX_REMEMBERED = 5_000

/** The keys that sign now or signed what may still be shown. */
export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<{ readonly kid: string; readonly privateKey: JWK }>
  /** @returns null where no key of ours has this id */
  publicKey(kid: string): Promise<JWK | null>
}

export interface AccessTokenClaims {
  readonly id: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** ms since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** What was found genuine, and by which key. */
interface Genuine {
  readonly claims: AccessTokenClaims
  readonly kid: string
}

export interface IssueToken {
  readonly id: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** The origin that it is issued by and for. */
  readonly issuer: string
}

export class AccessTokens {
  readonly #keys: SigningKeys
  readonly #now: () => number
  /** Tokens that were found genuine: a signature costs more than all the rest of a ping. */
  readonly #genuine = new Map<string, Genuine>()

  constructor(keys: SigningKeys, now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  async issue({ id, clientId, scopes, issuer }: IssueToken): Promise<string> {
    const { kid, privateKey } = await this.#keys.current()
    const issuedAt = Math.floor(this.#now() / 1_000)
    return await new SignJWT({ client_id: clientId, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(clientId)
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ACCESS_TOKEN_LIFE_MS / 1_000)
      .sign(await importJWK(privateKey, SIGNING_ALGORITHM))
  }

  /** @returns what the token says, or null where it is not ours, not for this origin, or over */
  async verify(token: string, issuer: string): Promise<AccessTokenClaims | null> {
    if (token.length > MAX_TOKEN_CHARS) return null
    const key = `${issuer} ${token}`
    const known = this.#genuine.get(key)
    if (known !== undefined) return (await this.#isGood(known)) ? known.claims : null
    const found = await this.#check(token, issuer)
    if (found === null) return null
    if (this.#genuine.size >= MAX_REMEMBERED) this.#genuine.clear()
    this.#genuine.set(key, found)
    return found.claims
  }

  /** A key may have been withdrawn since; where nobody can say, it was not. */
  async #isGood({ claims, kid }: Genuine): Promise<boolean> {
    if (claims.expiresAt <= this.#now()) return false
    return (await this.#keys.publicKey(kid).catch(() => 'unheard')) !== null
  }

  async #check(token: string, issuer: string): Promise<Genuine | null> {
    const getKey = async ({ kid }: { kid?: string }) => {
      const jwk = kid === undefined ? null : await this.#keys.publicKey(kid)
      if (jwk === null) throw new UnknownKey()
      return await importJWK(jwk, SIGNING_ALGORITHM)
    }
    try {
      const { payload, protectedHeader } = await jwtVerify(token, getKey, {
        algorithms: [SIGNING_ALGORITHM],
        typ: TYPE,
        issuer,
        audience: issuer,
        requiredClaims: ['exp', 'iat', 'jti', 'client_id', 'scope'],
        currentDate: new Date(this.#now()),
      })
      const { jti = '', client_id, scope, iat = 0, exp = 0 } = payload
      if (typeof client_id !== 'string' || typeof scope !== 'string') return null
      const scopes = scope.split(' ').filter((part) => part !== '')
      const claims = { id: jti, clientId: client_id, scopes, issuedAt: iat * 1_000, expiresAt: exp * 1_000 }
      return { claims, kid: protectedHeader.kid ?? '' }
    } catch (error) {
      if (error instanceof UnknownKey || isJoseError(error)) return null
      throw error
    }
  }
}

class UnknownKey extends Error {}

/** What is wrong with a token is a value; what is wrong with the database is not. */
function isJoseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J')
}

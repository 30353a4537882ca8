/**
 * Keeps secrets out of what a trial shows: the request is made a second time with masks in their places, and what the
 * buyer says is searched for them, since a server may well answer with what it was sent.
 */
import type { BuyerCall, ContractSecrets, ResolvedContract } from '../../contracts/buyer-contract'
import { authorize } from '../authorize'
import { joinSecrets, SECRET_MASK, splitSecrets } from '../contract/secrets'
import type { OutboundRequest } from '../encode'
import { SIGNATURE_HEADER } from '../signature'
import { encodePart } from '../template/form'
import { escapeXml } from '../template/xml'

/** Survives every encoding as it is, which the mask would not. */
const STAND_IN = 'xxGAVELxSECRETxx'

/** @returns the request as it is sent, with masks for its credentials */
export async function masked(
  request: OutboundRequest,
  contract: ResolvedContract,
  call: BuyerCall,
  now: number,
): Promise<OutboundRequest> {
  const paths = Object.keys(splitSecrets(contract).secrets)
  const authorized = await authorize(request, contract, call, {
    secrets: Object.fromEntries(paths.map((path) => [path, STAND_IN])),
    tokens: async () => ({ ok: true, token: STAND_IN }),
    now,
  })
  if (!authorized.ok) return request
  const { url, method, headers, body } = authorized.request
  const show = (text: string): string => text.replaceAll(STAND_IN, SECRET_MASK)
  const isBasic = contract[call]?.request.auth.type === 'basic'
  return {
    url: show(url),
    method,
    headers: headers.map(([name, value]) => [
      name,
      // User and password are one word in base64.
      isBasic && name === 'authorization'
        ? `Basic ${SECRET_MASK}`
        : name === SIGNATURE_HEADER
          ? SECRET_MASK
          : show(value),
    ]),
    body: body === null ? null : show(body),
  }
}

export type Veil = (text: string) => string

/** A shorter one would be found in words that have nothing to do with it. */
const MIN_CHARS = 4

/**
 * @param tokens access tokens that were sent
 * @returns a function that masks the secrets in a text, however they are spelt there
 */
export function veilOver(contract: ResolvedContract, secrets: ContractSecrets, tokens: readonly string[]): Veil {
  const { ping, post, inquiry } = joinSecrets(contract, secrets)
  const pairs = [ping, post, inquiry].flatMap((call) => {
    const auth = call?.request.auth
    return auth?.type === 'basic' ? [`${auth.username}:${auth.password}`] : []
  })
  const spellings = [...Object.values(secrets), ...tokens]
    .filter((secret) => secret.length >= MIN_CHARS)
    .flatMap((secret) => [
      secret,
      encodePart(secret),
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams({ s: secret }).toString().slice(2),
      JSON.stringify(secret).slice(1, -1),
      escapeXml(secret),
      base64(secret),
    ])
  const words = [...new Set([...spellings, ...pairs.map(base64)])].sort((left, right) => right.length - left.length)
  return (text) => words.reduce((shown, word) => shown.replaceAll(word, SECRET_MASK), text)
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/**
 * Walks the cases on disk: what is sent in a system's dialect, and what its answers mean. A new preset brings its folder.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkBuyerContract } from '../../../src/buyers/contract/check'
import { resolveContract } from '../../../src/buyers/contract/resolve'
import { encodePing, encodePost, type OutboundRequest } from '../../../src/buyers/encode'
import { readPingOutcome, readPostOutcome } from '../../../src/buyers/outcome'
import { presetNamed, presets } from '../../../src/buyers/presets'
import { buyerContractSchema } from '../../../src/contracts/buyer-contract'
import { checkBuyerUrl } from '../../../src/security/url-guard'
import { lead, MARIA, PII_FIELDS, PING_URL, POST_URL, pingInput, postInput, received } from '../support'

interface Case {
  readonly title: string
  readonly call: 'ping' | 'post'
  /** Members of the contract beside the preset and its URLs. */
  readonly contract?: { readonly [name: string]: unknown }
  readonly lead?: { readonly [name: string]: string | number | boolean }
  readonly bid_token?: string
  readonly captures?: { readonly [name: string]: string }
  readonly request?: {
    readonly url?: string
    readonly method?: string
    readonly headers?: { readonly [name: string]: string }
    /** A text, a form by its members, or JSON. */
    readonly body?: unknown
    readonly form?: { readonly [name: string]: string }
  }
  readonly response?: {
    readonly status?: number
    readonly headers?: { readonly [name: string]: string }
    readonly body: unknown
  }
  readonly outcome?: unknown
}

const FOLDER = import.meta.dirname
const SYSTEMS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

function casesOf(system: string, kind: 'exemplary' | 'supplemental'): readonly (readonly [string, Case])[] {
  const folder = join(FOLDER, system, kind)
  return readdirSync(folder).map(
    (file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case] as const,
  )
}

function contractOf(system: string, { contract = {} }: Case) {
  const { ping, post, ...rest } = contract as { [name: string]: { request?: object } | undefined }
  return buyerContractSchema.parse({
    preset: system,
    ping: { ...ping, request: { url: PING_URL, ...ping?.request } },
    post: { ...post, request: { url: POST_URL, ...post?.request } },
    ...rest,
  })
}

function check(request: OutboundRequest | null, expected: NonNullable<Case['request']>): void {
  const { body, form, headers, ...plain } = expected
  expect(request).toMatchObject(plain)
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject(headers ?? {})
  if (form !== undefined) expect(Object.fromEntries(new URLSearchParams(request?.body ?? ''))).toEqual(form)
  else if (typeof body === 'string') expect(request?.body).toBe(body)
  else if (body !== undefined) expect(JSON.parse(request?.body ?? '')).toEqual(body)
}

describe.each(SYSTEMS)('%s', (system) => {
  describe.each(['exemplary', 'supplemental'] as const)('%s', (kind) => {
    it.each(casesOf(system, kind))('%s', (_file, example) => {
      const input = contractOf(system, example)
      expect(checkBuyerContract(input, { piiFields: PII_FIELDS, allowLoopback: false }, checkBuyerUrl)).toEqual([])
      const contract = resolveContract(input)
      const person = lead({ ...MARIA, ...example.lead })
      if (example.request !== undefined) {
        const request =
          example.call === 'ping'
            ? encodePing(contract, pingInput({ lead: person }))
            : encodePost(
                contract,
                postInput({ lead: person, bidToken: example.bid_token ?? null, ping: example.captures ?? {} }),
              )
        check(request, example.request)
      }
      if (example.response === undefined) return
      const { body, status = 200, headers = {} } = example.response
      const context = { lead: person, piiFields: PII_FIELDS, currency: 'USD' }
      const outcome =
        example.call === 'ping'
          ? readPingOutcome(contract, received(body, status, headers), context)
          : readPostOutcome(contract, received(body, status, headers), context)
      expect(outcome).toMatchObject(example.outcome as object)
    })
  })
})

describe('presets', () => {
  it('each have a folder of cases of both kinds, for ping and post, yes and no', () => {
    expect(SYSTEMS.sort()).toEqual([...presets().keys()].sort())
    for (const system of SYSTEMS) {
      const cases = [...casesOf(system, 'exemplary'), ...casesOf(system, 'supplemental')].map(([, example]) => example)
      expect(new Set(cases.map(({ call }) => call))).toEqual(new Set(['ping', 'post']))
      expect(casesOf(system, 'exemplary').length, system).toBeGreaterThanOrEqual(4)
      expect(casesOf(system, 'supplemental').length, system).toBeGreaterThanOrEqual(1)
    }
  })

  it('are found by the name that people write', () => {
    expect(presetNamed('Lead Prosper')).toBe(presetNamed('leadprosper'))
    expect(presetNamed('lead_prosper')?.title).toBe('Lead Prosper')
    expect(presetNamed('nobody')).toBeNull()
    expect(presetNamed('__proto__')).toBeNull()
  })
})

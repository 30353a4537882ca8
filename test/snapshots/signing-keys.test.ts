/** Signing keys over real D1 and KV, with a clock that goes through months. */
import { env } from 'cloudflare:workers'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { AFTERLIFE_MS, PERIOD_MS } from '../../src/core/signing/periods'
import { ACCESS_TOKEN_LIFE_MS, AccessTokens } from '../../src/security/access-tokens'
import { SealedBox } from '../../src/security/sealed-box'
import { SIGNING_KEYS_KEY, SigningKeyRing } from '../../src/snapshots/signing-keys'
import { openDatabase } from '../../src/stores/database'
import { SigningKeyStore } from '../../src/stores/signing-key-store'

const { DB, SNAPSHOTS } = env as unknown as { readonly DB: D1Database; readonly SNAPSHOTS: KVNamespace }
const ORIGIN = 'https://gavel.example'
/** A minute before a key gives way to the next. */
const START = 700 * PERIOD_MS - 60_000

const clock = { now: START }
let made = 0
const store = new SigningKeyStore(openDatabase(DB))
beforeEach(async () => {
  clock.now = START
  await DB.prepare('DELETE FROM oauth_signing_keys').run()
  await SNAPSHOTS.delete(SIGNING_KEYS_KEY)
})

class CountedStore extends SigningKeyStore {
  constructor(readonly reads: { d1: number }) {
    super(openDatabase(DB))
  }

  override list() {
    this.reads.d1 += 1
    return super.list()
  }
}

/** An isolate of its own. */
function isolate(reads = { d1: 0 }) {
  const box = new SealedBox([{ kid: '', secret: new Uint8Array(32).fill(7) }])
  const ring = new SigningKeyRing({
    kv: SNAPSHOTS,
    store: new CountedStore(reads),
    seal: (text) => box.seal(text, 'test'),
    open: (sealed) => box.open(sealed, 'test'),
    now: () => clock.now,
    newId: () => `kid-${++made}`,
  })
  const tokens = new AccessTokens(ring, () => clock.now)
  const issue = (id = `tok_${++made}`) =>
    tokens.issue({ id, clientId: 'ld_client_1', scopes: ['ping'], issuer: ORIGIN })
  return { ring, tokens, issue }
}
const kids = async (ring: SigningKeyRing) => (await ring.published()).keys.map(({ kid }) => kid)

describe('signing keys', () => {
  it('are made when first asked for: the present one and the next', async () => {
    const { ring } = isolate()
    expect(await kids(ring)).toHaveLength(2)
    expect((await store.list()).map(({ period }) => period)).toEqual([699, 700])
  })

  it('are the same for isolates that make them at the same time', async () => {
    const isolates = Array.from({ length: 3 }, () => isolate())
    const tokens = await Promise.all(isolates.map(({ issue }) => issue()))
    for (const { tokens: verifier } of isolates) {
      for (const token of tokens) expect(await verifier.verify(token, ORIGIN)).not.toBeNull()
    }
    expect(await store.list()).toHaveLength(2)
  })

  it('are never in plain at rest', async () => {
    const { issue } = isolate()
    await issue()
    const atRest = `${JSON.stringify(await store.list())} ${await SNAPSHOTS.get(SIGNING_KEYS_KEY)}`
    expect(atRest).toContain('"kty":"RSA"')
    expect(atRest).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/)
    expect((await store.list())[0]?.sealedPrivateKey).toMatch(/^v1\./)
  })

  it('change by themselves, and no token fails: the next key was shown long before, the old one stays until its last token is over', async () => {
    const [first, second] = [isolate(), isolate()]
    const old = await first.issue()
    const shownBefore = await kids(second.ring)
    clock.now = 700 * PERIOD_MS - 1
    const last = await first.issue()
    clock.now += 1
    const fresh = await first.issue()
    expect(kidOf(fresh)).not.toBe(kidOf(last))
    expect(shownBefore).toContain(kidOf(fresh))
    for (const token of [old, last, fresh]) {
      for (const { tokens } of [first, second]) expect(await tokens.verify(token, ORIGIN)).not.toBeNull()
    }
    clock.now += ACCESS_TOKEN_LIFE_MS - 2_000
    expect(await isolate().tokens.verify(last, ORIGIN)).not.toBeNull()
    expect(await kids(isolate().ring)).toContain(kidOf(last))
    clock.now += AFTERLIFE_MS
    expect(await kids(isolate().ring)).not.toContain(kidOf(last))
    expect((await first.ring.ensure()).map(({ period }) => period)).toEqual([700, 701])
    expect((await store.list()).map(({ period }) => period)).toEqual([700, 701])
  })

  it('are made anew after a sleep of months', async () => {
    await isolate().issue()
    clock.now += 10 * PERIOD_MS
    const { issue, tokens } = isolate()
    expect(await tokens.verify(await issue(), ORIGIN)).not.toBeNull()
  })

  it('that were withdrawn sign and prove nothing two minutes later, not even what was seen before', async () => {
    const [first, second] = [isolate(), isolate()]
    const old = await first.issue()
    for (const { tokens } of [first, second]) expect(await tokens.verify(old, ORIGIN)).not.toBeNull()
    await DB.prepare('DELETE FROM oauth_signing_keys').run()
    await SNAPSHOTS.delete(SIGNING_KEYS_KEY)
    clock.now += 120_000
    const fresh = await second.issue()
    expect(kidOf(fresh)).not.toBe(kidOf(old))
    for (const { tokens, ring } of [first, second, isolate()]) {
      expect(await tokens.verify(old, ORIGIN)).toBeNull()
      expect(await tokens.verify(fresh, ORIGIN)).not.toBeNull()
      expect(await kids(ring)).not.toContain(kidOf(old))
    }
  })

  it('are read from the database by nobody who finds them in KV', async () => {
    await isolate().issue()
    const reads = { d1: 0 }
    const { tokens, issue } = isolate(reads)
    await tokens.verify(await issue(), ORIGIN)
    expect(reads.d1).toBe(0)
  })

  it('that nobody knows make an isolate look again now and then, not for each token', async () => {
    const reads = { d1: 0 }
    const { tokens, issue } = isolate(reads)
    const [header, payload, signature] = (await issue()).split('.')
    const before = reads.d1
    const forged = btoa(JSON.stringify({ ...JSON.parse(atob(header ?? '')), kid: 'mine' })).replaceAll('=', '')
    for (let tries = 0; tries < 5; tries++) {
      expect(await tokens.verify(`${forged}.${payload}.${signature}${tries}`, ORIGIN)).toBeNull()
    }
    expect(reads.d1 - before).toBe(1)
  })
})

describe('a token', () => {
  it('can be checked by anyone with the published keys', async () => {
    const { ring, issue } = isolate()
    const keys = createLocalJWKSet((await ring.published()) as Parameters<typeof createLocalJWKSet>[0])
    const options = { typ: 'at+jwt', issuer: ORIGIN, audience: ORIGIN, currentDate: new Date(clock.now) }
    expect((await jwtVerify(await issue('tok_1'), keys, options)).payload).toMatchObject({
      jti: 'tok_1',
      sub: 'ld_client_1',
      scope: 'ping',
    })
  })

  it('is over after 15 minutes, also for who has seen it before', async () => {
    const { tokens, issue } = isolate()
    const token = await issue()
    expect(await tokens.verify(token, ORIGIN)).toMatchObject({ clientId: 'ld_client_1', scopes: ['ping'] })
    clock.now += ACCESS_TOKEN_LIFE_MS
    expect(await tokens.verify(token, ORIGIN)).toBeNull()
    expect(await isolate().tokens.verify(token, ORIGIN)).toBeNull()
  })

  it('is good for the origin that it was issued for, and no other', async () => {
    const { tokens, issue } = isolate()
    const token = await issue()
    expect(await tokens.verify(token, 'https://other.example')).toBeNull()
    expect(await tokens.verify(token, ORIGIN)).not.toBeNull()
  })
})

function kidOf(token: string): string {
  return JSON.parse(atob(token.split('.')[0] ?? '')).kid
}

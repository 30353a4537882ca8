/** The reference at /docs: whole from our own host, under a policy that lets nothing else in. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/root.ts'
import { ServedGavel } from '../support/served-gavel'

let gavel: ServedGavel

beforeAll(async () => {
  gavel = await ServedGavel.start()
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
})

describe('the reference', () => {
  it('is a page that loads its script and the document from where it is', async () => {
    const response = await fetch(`${gavel.url}/docs`)
    const page = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      'data:,',
      '/openapi.json',
      '/docs/reference.js',
    ])
    expect(page).not.toMatch(/https?:\/\//)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
    expect(page).toContain(`<script nonce="${nonce}">`)
  })

  it('has the script that is vendored, as it was published', async () => {
    const file = await readFile(join(ROOT, 'vendor/scalar.js.gz'))
    const about = await readFile(join(ROOT, 'vendor/README.md'), 'utf8')
    expect(about).toContain(`\`${createHash('sha256').update(file).digest('hex')}\``)
    const response = await fetch(`${gavel.url}/docs/reference.js`)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(await response.text()).toBe(gunzipSync(file).toString('utf8'))
  })
})

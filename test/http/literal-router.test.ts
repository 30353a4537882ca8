import { Hono } from 'hono'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { describe, expect, it } from 'vitest'
import { LiteralRouter } from '../../src/http/literal-router'

function app() {
  const hono = new Hono({ router: new LiteralRouter() })
  hono.use('*', async (c, next) => {
    await next()
    c.header('x-seen', 'yes')
  })
  hono.post('/v1/leads/search', (c) => c.text('search'))
  hono.post('/v1/leads/:id/status', (c) => c.text(`status of ${c.req.param('id')}`))
  hono.get('/v1/leads/:id', (c) => c.text(`lead ${c.req.param('id')}`))
  hono.get('/v1/leads', (c) => c.text('leads'))
  return hono
}

const REQUESTS = [
  ['GET', '/v1/leads', 'leads'],
  ['GET', '/v1/leads/search', 'lead search'],
  ['POST', '/v1/leads/search', 'search'],
  ['POST', '/v1/leads/search/status', 'status of search'],
  ['GET', '/v1/leads/ld_1', 'lead ld_1'],
  ['POST', '/v1/leads/ld_2/status', 'status of ld_2'],
  ['POST', '/v1/leads', '404 Not Found'],
  ['PURGE', '/v1/leads', '404 Not Found'],
  ['GET', '/v1/leads/', '404 Not Found'],
] as const

describe('the router of the surface', () => {
  it('leads each request to its own handler, also when it has come before', async () => {
    const hono = app()
    for (const _ of ['first', 'again']) {
      for (const [method, path, text] of REQUESTS) {
        const response = await hono.request(path, { method })
        expect([method, path, await response.text()]).toEqual([method, path, text])
        expect(response.headers.get('x-seen')).toBe('yes')
      }
    }
  })

  it('forgets what it knew when a route is added', async () => {
    const hono = app()
    expect(await (await hono.request('/v1/late')).text()).toBe('404 Not Found')
    hono.get('/v1/late', (c) => c.text('late'))
    expect(await (await hono.request('/v1/late')).text()).toBe('late')
  })

  it('is there because the faster router of Hono cannot tell these paths apart', () => {
    const router = new RegExpRouter<string>()
    router.add('POST', '/v1/leads/search', 'search')
    expect(() => router.add('POST', '/v1/leads/:id/status', 'status')).toThrow()
  })
})

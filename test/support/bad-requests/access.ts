/** Calls without the key that they need, and to what is not there or not theirs. */
import { IDS } from './leads'
import { type BadRequest, MARK, NOT_FOUND } from './request'

/** Everything that needs a key, with the role that it is for. */
const ENDPOINTS: readonly (readonly [method: string, path: string, role: 'operator' | 'supplier' | 'both'])[] = [
  ['POST', '/api/v1/ping', 'supplier'],
  ['POST', '/api/v1/ingest', 'supplier'],
  ['GET', '/api/v1/leads/<lead>', 'supplier'],
  ['POST', '/v1/ping', 'supplier'],
  ['POST', '/v1/post', 'supplier'],
  ['GET', '/v1/leads', 'both'],
  ['GET', '/v1/leads/<lead>', 'both'],
  ['GET', '/v1/leads/<lead>/events', 'operator'],
  ['GET', '/v1/auctions/<auction>', 'both'],
  ['GET', '/v1/reports/pnl', 'operator'],
  ...['campaigns', 'suppliers', 'buyers'].flatMap((kind) => {
    const path = `/v1/${kind}`
    const one = `${path}/<${kind.slice(0, -1)}>`
    return [
      ['POST', path, 'operator'] as const,
      ['GET', path, 'operator'] as const,
      ['GET', one, 'operator'] as const,
      ['PATCH', one, 'operator'] as const,
      ['DELETE', one, 'operator'] as const,
    ]
  }),
  ...['suppliers', 'buyers'].flatMap((kind) => {
    const path = `/v1/campaigns/<campaign>/${kind}`
    const one = `${path}/<${kind.slice(0, -1)}>`
    return [
      ['GET', path, 'operator'] as const,
      ['GET', one, 'operator'] as const,
      ['PUT', one, 'operator'] as const,
      ['DELETE', one, 'operator'] as const,
    ]
  }),
]

const OTHER_ROLE = { operator: 'supplier', supplier: 'operator' } as const

export const keys = ENDPOINTS.flatMap(([method, path, role]): readonly BadRequest[] => {
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: `{${IDS}}` }
  const request = { method, path, ...body }
  const isSupplierCall = path === '/api/v1/ping' || path === '/api/v1/ingest'
  return [
    ...(['none', 'garbage', 'unknown'] as const).map((key): BadRequest => {
      return { ...request, name: `with the key: ${key}`, key, wanted: [401, 'unauthorized'] }
    }),
    ...(role === 'both' ? [] : [OTHER_ROLE[role]]).map((key): BadRequest => {
      return {
        ...request,
        name: `with the key of a ${key}`,
        key,
        wanted: [403, isSupplierCall ? 'unauthorized' : 'forbidden'],
      }
    }),
  ]
})

/** Ids that nothing has, in each place where an id stands. */
const NO_IDS: readonly string[] = [
  'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
  MARK,
  '__proto__',
  'constructor',
  '%00',
  '%0d%0ax-evil:1',
  '..%2f..%2fetc%2fpasswd',
  "'%20OR%201=1--",
  '%E0%A4%A',
  '%ff',
  'x'.repeat(4_000),
  `ld_${'0'.repeat(43)}`,
  `ld_${'z'.repeat(43)}`,
  `auc_${'0'.repeat(43)}`,
  `auc_${'z'.repeat(43)}`,
  `ld_${'a'.repeat(42)}\u00e9`,
]

const onlyOperators = ENDPOINTS.filter(([, path]) => path.includes('<'))

export const ids: readonly BadRequest[] = [
  ...onlyOperators.flatMap(([method, path, forRole]) => {
    const role = forRole === 'both' ? 'operator' : forRole
    const last = path.slice(0, path.lastIndexOf('<'))
    const body = method === 'PUT' || method === 'PATCH' ? { body: '{"name":"Renamed"}' } : {}
    const wanted = NOT_FOUND
    const nowhere = path.endsWith('/suppliers') || path.endsWith('/buyers') ? [] : [`${last}nothing_here`]
    const theirs = path.replaceAll(/<([a-z ]+)>/g, '<their $1>')
    return [
      ...nowhere.map(
        (unknown): BadRequest => ({ name: 'of nothing', method, path: unknown, key: role, ...body, wanted }),
      ),
      { name: 'of another tenant', method, path: theirs, key: role, ...body, wanted },
    ]
  }),
  ...NO_IDS.flatMap((id) =>
    ['/v1/campaigns/', '/v1/leads/', '/v1/auctions/'].map((path): BadRequest => {
      return { name: `the id ${id.slice(0, 30)}`, method: 'GET', path: path + id, key: 'operator', wanted: NOT_FOUND }
    }),
  ),
  ...NO_IDS.map((id): BadRequest => {
    return {
      name: `the id ${id.slice(0, 30)}`,
      method: 'GET',
      path: `/api/v1/leads/${id}`,
      key: 'supplier',
      wanted: NOT_FOUND,
    }
  }),
]

/** Queries, paths and methods that nobody takes. */
import { type BadRequest, INVALID, MARK, NOT_FOUND, WRONG_METHOD } from './request'

const LIMITS = ['0', '-1', '201', '1.5', '1e2', 'ten', '', '%00', '99999999999999999999', '0x10', ' 5']
const CURSORS = ['', MARK, 'e30', 'bnVsbA', 'WzFd', 'W10', 'WyJhIiwiYiIsImMiXQ', '%00', '=', 'x'.repeat(600)]
const PERIODS = [
  'from=yesterday',
  'from=2026-13-01',
  'to=2026-02-30',
  'from=',
  'to=0',
  'from=%00',
  'from=2026-11-20T25:00:00Z',
]

const refusedQuery =
  (path: string) =>
  (query: string): BadRequest => {
    return { name: 'a query', method: 'GET', path: `${path}?${query}`, key: 'operator', wanted: INVALID }
  }

export const queries: readonly BadRequest[] = [
  ...['/v1/leads', '/v1/campaigns', '/v1/suppliers', '/v1/buyers'].flatMap((path) => [
    ...LIMITS.map((limit) => refusedQuery(path)(`limit=${limit}`)),
    ...CURSORS.map((cursor) => refusedQuery(path)(`cursor=${cursor}`)),
  ]),
  ...['/v1/leads', '/v1/reports/pnl'].flatMap((path) => [
    ...PERIODS.map(refusedQuery(path)),
    refusedQuery(path)('from=2026-11-20&to=2026-11-19'),
    refusedQuery(path)('from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z'),
  ]),
  ...['status=lost', 'status=', 'campaign_id=', `supplier_id=${MARK.repeat(20)}`, 'buyer_id='].map(
    refusedQuery('/v1/leads'),
  ),
  ...['', 'planet', 'campaign,', 'campaign,campaign', 'campaign;day', '%00', 'day,hour,minute']
    .map((keys) => `group_by=${keys}`)
    .map(refusedQuery('/v1/reports/pnl')),
]

const PATHS = [
  '/v2/leads',
  '/api/v1',
  '/api/v1/pong',
  '/v1/campaigns/',
  '/v1//campaigns',
  '/V1/campaigns',
  '/v1/leads/<lead>/x',

  '/v1/campaigns%2f<campaign>',
  '/.env',
  `/${MARK}`,
  `/${'x'.repeat(8_000)}`,
]

export const paths: readonly BadRequest[] = [
  ...PATHS.flatMap((path) =>
    ['GET', 'POST'].map((method): BadRequest => {
      const body = method === 'POST' ? { body: `{"name":"${MARK}"}` } : {}
      return { name: 'an unknown path', method, path, key: 'operator', ...body, wanted: NOT_FOUND }
    }),
  ),
  ...(
    [
      ['GET', '/api/v1/ping'],
      ['GET', '/api/v1/ingest'],
      ['PUT', '/api/v1/ingest'],
      ['DELETE', '/api/v1/leads/<lead>'],
      ['POST', '/v1/leads'],
      ['DELETE', '/v1/leads/<lead>'],
      ['POST', '/v1/auctions/<auction>'],
      ['PATCH', '/v1/campaigns'],
      ['PUT', '/v1/campaigns/<campaign>'],
      ['POST', '/v1/campaigns/<campaign>/buyers/<buyer>'],
      ['DELETE', '/v1/reports/pnl'],
      ['OPTIONS', '/api/v1/ping'],
      ['OPTIONS', '/v1/campaigns'],
      ['TRACE', '/v1/campaigns'],
      ['PROPFIND', '/v1/campaigns'],
    ] as const
  ).map(
    ([method, path]): BadRequest => ({
      name: 'a method that is not taken',
      method,
      path,
      key: 'operator',
      wanted: WRONG_METHOD,
    }),
  ),
]

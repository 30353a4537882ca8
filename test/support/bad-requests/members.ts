/** Suppliers, buyers, links and contracts that nobody could work with. */
import { type BadRequest, INVALID, MARK } from './request'

const configured =
  (kind: string, path: string, method: string) =>
  (name: string, body: string, field: string): BadRequest => {
    return { name: `${kind} with ${name}`, method, path, key: 'operator', body, wanted: INVALID, field }
  }
const supplier = configured('a supplier', '/v1/suppliers', 'POST')
const patch = configured('a change', '/v1/campaigns/<campaign>', 'PATCH')
const buyer = configured('a buyer', '/v1/buyers', 'POST')
const link = configured('a link', '/v1/campaigns/<campaign>/suppliers/<supplier>', 'PUT')
const contract = configured('a contract', '/v1/campaigns/<campaign>/buyers/<buyer>', 'PUT')

const post = (request: string, more = '') => `{"post":{"request":{${request}}}${more}}`
const URL_OK = '"url":"https://buyer.example/post"'
const at = (url: string) => contract(`the address ${url}`, post(`"url":"${url}"`), 'post.request.url')

export const members: readonly BadRequest[] = [
  supplier('no name', '{}', 'name'),
  supplier('a key of its own', `{"name":"A","api_key":"${MARK}"}`, 'api_key'),
  supplier('an id of its own', `{"name":"A","id":"${MARK}"}`, 'id'),
  supplier('a tenant', '{"name":"A","tenant_id":"sandbox"}', 'tenant_id'),
  buyer('a budget of text', `{"name":"A","budget":"${MARK}"}`, 'budget'),
  buyer('a cap of no size', '{"name":"A","caps":[{"period":"day"}]}', 'caps.0'),
  buyer(
    'a cap on Mars',
    `{"name":"A","caps":[{"period":"day","count":1,"timezone":"Mars/${MARK}"}]}`,
    'caps.0.timezone',
  ),
  buyer('a cap of a part', '{"name":"A","caps":[{"period":"day","count":0.5}]}', 'caps.0.count'),
  patch('a member that nobody knows', `{"colour":"${MARK}"}`, 'colour'),
  patch('a version', '{"version":7}', 'version'),
  patch('a floor below zero', '{"floor_price":-1}', 'floor_price'),
  link('no mode', '{}', 'cost_mode'),
  link('a mode of its own', `{"cost_mode":"${MARK}"}`, 'cost_mode'),
  link('no amount', '{"cost_mode":"fixed"}', 'cost_amount'),
  link('no share', '{"cost_mode":"revenue_share","cost_amount":1}', 'cost_percent'),
  link('more than everything', '{"cost_mode":"revenue_share","cost_percent":100.0001}', 'cost_percent'),
  link('a share of 1e400', '{"cost_mode":"revenue_share","cost_percent":1e400}', 'cost_percent'),
  link('an amount below zero', '{"cost_mode":"fixed","cost_amount":-1}', 'cost_amount'),
  link(
    'less at most than at least',
    '{"cost_mode":"fixed","cost_amount":1,"min_payout":2,"max_payout":1}',
    'max_payout',
  ),
  contract('no post', '{}', 'post'),
  contract('a post of null', '{"post":null}', 'post'),
  contract('a member that nobody knows', post(URL_OK, `,"colour":"${MARK}"`), 'colour'),
  contract('a method of its own', post(`${URL_OK},"method":"${MARK}"`), 'post.request.method'),
  contract('a format of its own', post(`${URL_OK},"format":"${MARK}"`), 'post.request.format'),
  contract('a header of two lines', post(`${URL_OK},"headers":{"x-a\\r\\nx-evil":"1"}`), 'post.request.headers'),
  contract('a time of a day', post(`${URL_OK},"timeout_ms":86400000`), 'post.request.timeout_ms'),
  contract('a template with a program', post(`${URL_OK},"template":{"a":"{% for x in y %}"}`), 'post.request.template'),
  contract('a template that is not closed', post(`${URL_OK},"template":{"a":"{{ phone "}`), 'post.request.template'),
  contract(
    'a template with a pipe of its own',
    post(`${URL_OK},"template":{"a":"{{ phone | shout }}"}`),
    'post.request.template',
  ),
  contract('no way to say yes', `{"post":{"request":{${URL_OK}},"answer":{"accepted":[]}}}`, 'post.answer.accepted'),
  contract(
    'a pattern that is none',
    `{"post":{"request":{${URL_OK}},"answer":{"accepted":[{"op":"regex","value":"(${MARK}"}]}}}`,
    'post.answer.accepted',
  ),
  contract('a preset of its own', post(URL_OK, `,"preset":"${MARK}"`), 'preset'),
  contract('a price of 1e400', post(URL_OK, ',"price":1e400'), 'price'),
  contract('bids from most to least', post(URL_OK, ',"min_bid":10,"max_bid":5'), '_bid'),
  contract(
    'a phone in a ping',
    post(URL_OK, `,"ping":{"enabled":true,"request":{${URL_OK},"template":{"a":"{{phone}}"}}}`),
    'ping.request.template',
  ),
  contract(
    'a hash of a phone in a ping',
    post(URL_OK, `,"ping":{"enabled":true,"request":{${URL_OK},"template":{"a":"{{phone | md5}}"}}}`),
    'ping.request.template',
  ),
  contract(
    'a phone in the address of a ping',
    post(URL_OK, ',"ping":{"enabled":true,"request":{"url":"https://buyer.example/?p={{phone}}"}}'),
    'ping.request',
  ),
  contract('an address that a lead chooses', post('"url":"https://{{state}}.buyer.example/"'), 'post.request.url'),
  at(''),
  at(MARK),
  at('ftp://buyer.example/'),
  at('file:///etc/passwd'),
  at('javascript:alert(1)'),
  at(`http://user:${MARK}@buyer.example/`),
  at('http://10.0.0.1/'),
  at('http://169.254.169.254/latest/meta-data'),
  at('http://[::ffff:10.0.0.1]/'),
  at('http://2130706433.internal/'),
  at('https://localhost.localdomain/'),
]

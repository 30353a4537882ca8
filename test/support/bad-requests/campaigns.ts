/** Campaigns that nobody could run. */
import { type BadRequest, INVALID, MARK } from './request'

const campaign = (name: string, members: string, field: string): BadRequest => {
  const body = `{"name":"Auto","vertical":"auto",${members}}`
  return {
    name: `a campaign with ${name}`,
    method: 'POST',
    path: '/v1/campaigns',
    key: 'operator',
    body,
    wanted: INVALID,
    field,
  }
}

const field = (name: string, members: string, path: string) =>
  campaign(name, `"fields":[{${members}}]`, `fields.0.${path}`)
const filter = (name: string, members: string, path: string) =>
  campaign(name, `"filters":[{${members}}]`, `filters.0.${path}`)

export const campaigns: readonly BadRequest[] = [
  campaign('no vertical of a text', '"vertical":7', 'vertical'),
  campaign('a name of spaces', '"name":"  "', 'name'),
  campaign('a name of null', '"name":null', 'name'),
  campaign('a name of 201 characters', `"name":"${MARK.padEnd(201, 'x')}"`, 'name'),
  campaign('a name with a NUL', `"name":"${MARK}\\u0000"`, 'name'),
  campaign('a name with a line break', `"name":"${MARK}\\nX-Evil: 1"`, 'name'),
  campaign('a name with a lone surrogate', `"name":"${MARK}\\ud800"`, 'name'),
  campaign('two names, of which the last counts', '"name":"Auto","name":5', 'name'),
  campaign('a member that nobody knows', `"colour":"${MARK}"`, 'colour'),
  campaign('a prototype', `"__proto__":{"admin":"${MARK}"}`, '__proto__'),
  campaign('a constructor', `"constructor":"${MARK}"`, 'constructor'),
  campaign('a status of its own', `"status":"${MARK}"`, 'status'),
  campaign('the status archived', '"status":"archived"', 'status'),
  campaign('a type of its own', `"type":"${MARK}"`, 'type'),
  campaign('a distribution of its own', `"distribution":["${MARK}"]`, 'distribution'),
  campaign('a floor of 1e400', '"floor_price":1e400', 'floor_price'),
  campaign('a floor of 2^60', '"floor_price":1152921504606846976', 'floor_price'),
  campaign('a floor below zero', '"floor_price":-0.01', 'floor_price'),
  campaign('a floor of seven decimals', '"floor_price":0.0000001', 'floor_price'),
  campaign('a floor of text', `"floor_price":"${MARK}"`, 'floor_price'),
  campaign('a floor of null', '"floor_price":null', 'floor_price'),
  campaign('no sells', '"max_sells":0', 'max_sells'),
  campaign('one and a half sells', '"max_sells":1.5', 'max_sells'),
  campaign('2^60 sells', '"max_sells":1152921504606846976', 'max_sells'),
  campaign('a window of 1e400', '"bid_window_ms":1e400', 'bid_window_ms'),
  campaign('a window of a millisecond', '"bid_window_ms":1', 'bid_window_ms'),
  campaign('a deadline of a day', '"deadline_ms":86400000', 'deadline_ms'),
  campaign('fields that are an object', '"fields":{}', 'fields'),
  campaign(
    '97 fields',
    `"fields":[${Array.from({ length: 97 }, (_, at) => `{"name":"f${at}","type":"string"}`).join()}]`,
    'fields',
  ),
  campaign('a field that is a text', `"fields":["${MARK}"]`, 'fields.0'),
  campaign(
    'two fields of one name',
    '"fields":[{"name":"age","type":"number"},{"name":"age","type":"string"}]',
    'fields.1.name',
  ),
  field('a field of our own name', '"name":"flo_ping_id","type":"string"', 'name'),
  field('a field of the prototype', '"name":"__proto__","type":"string"', 'name'),
  field('a field in capitals', '"name":"Age","type":"number"', 'name'),
  field('a field with a placeholder', '"name":"{{phone}}","type":"number"', 'name'),
  field('a field without a type', '"name":"age"', 'type'),
  field('a field of a type of its own', `"name":"age","type":"${MARK}"`, 'type'),
  field('an enum without values', '"name":"age","type":"enum"', 'values'),
  field('a number with values', '"name":"age","type":"number","values":["1"]', 'values'),
  field('a field that is required perhaps', '"name":"age","type":"number","required":"perhaps"', 'required'),
  filter('a filter without an operator', '"field":"age"', 'op'),
  filter('a filter with an operator of its own', `"field":"age","op":"${MARK}"`, 'op'),
  filter('a list that is none', `"field":"state","op":"in","value":"${MARK}"`, 'value'),
  filter('between one', '"field":"age","op":"between","value":[1]', 'value'),
  filter('more than nothing', '"field":"age","op":"gt"', 'value'),
  filter('a filter on an object', `"field":"age","op":"eq","value":{"a":"${MARK}"}`, 'value'),
  filter('a filter on the prototype', '"field":"__proto__","op":"exists"', 'field'),
  campaign('51 filters', `"filters":[${Array(51).fill('{"field":"age","op":"exists"}').join()}]`, 'filters'),
  campaign('a dedupe of no days', '"dedupe":{"fields":["phone"],"days":0}', 'dedupe.days'),
]

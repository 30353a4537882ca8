/**
 * Leads of nobody, for a sandbox: the same for the same seed, number and campaign, and each its own person.
 *
 * A value is kept only where the campaign's filters let it through; else the sample's stands, which is made for them. The
 * mail and network addresses are among those set aside for examples.
 */
import { readValue } from './field-value'
import type { FieldDefinition, FieldValue, LeadFields } from './fields'
import { type Filter, passesFilter } from './filters'
import { sampleLead } from './sample'

export interface SyntheticOrder {
  readonly seed: string
  /** Which of the seed's leads, from 0. */
  readonly number: number
  /** Two letters; stands in the lead whatever the filters say of it. */
  readonly state: string
}

const FIRST_NAMES = [
  'Maria',
  'James',
  'Olivia',
  'Noah',
  'Emma',
  'Liam',
  'Ava',
  'Lucas',
  'Sofia',
  'Ethan',
  'Mia',
  'Daniel',
]
const LAST_NAMES = [
  'Garcia',
  'Smith',
  'Johnson',
  'Lee',
  'Brown',
  'Nguyen',
  'Davis',
  'Martinez',
  'Wilson',
  'Clark',
  'Young',
]
const STREETS = ['Main St', 'Oak Ave', 'Maple Dr', 'Cedar Ln', 'Park Blvd', 'Lake Rd']
const SOURCES = ['facebook_ads', 'google_ads', 'landing_page', 'email']

/** A place and an area code of some states; of the others, of Texas. */
const PLACES: { readonly [state: string]: readonly (readonly [city: string, zip3: string, area: string])[] } = {
  TX: [
    ['Houston', '770', '713'],
    ['Austin', '787', '512'],
    ['Dallas', '752', '214'],
  ],
  FL: [
    ['Miami', '331', '305'],
    ['Tampa', '336', '813'],
  ],
  CA: [
    ['Los Angeles', '900', '213'],
    ['San Diego', '921', '619'],
  ],
  NY: [['New York', '100', '212']],
}
const ANYWHERE = [['Houston', '770', '713']] as const

/** @param filters of the campaign @returns values as a supplier would send them, by field name */
export function syntheticLead(
  definitions: readonly FieldDefinition[],
  filters: readonly Filter[],
  order: SyntheticOrder,
): LeadFields {
  const lead = sampleLead(definitions, filters)
  const drawn = personOf(order)
  for (const definition of definitions) {
    const { name } = definition
    const candidate = Object.hasOwn(drawn, name) ? drawn[name] : anyOf(definition, order)
    if (candidate === undefined) continue
    const read = readValue(definition, candidate)
    const passes = read.ok && filters.every((filter) => filter.field !== name || passesFilter(filter, read.value))
    if (read.ok && (passes || name === 'state')) lead[name] = read.value
  }
  return lead
}

function personOf({ seed, number, state }: SyntheticOrder): { readonly [name: string]: FieldValue } {
  const draw = randomOf(`${seed}\n${number}`)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)] as Item
  const digits = (count: number) => String(Math.floor(draw() * 10 ** count)).padStart(count, '0')
  const [city, zip3, area] = pick(PLACES[state] ?? ANYWHERE)
  const [first, last] = [pick(FIRST_NAMES), pick(LAST_NAMES)]
  const zip = `${zip3}${digits(2)}`
  const address = `${1 + Math.floor(draw() * 9_999)} ${pick(STREETS)}`
  const dob = `${1950 + Math.floor(draw() * 50)}-0${1 + Math.floor(draw() * 9)}-1${digits(1)}`
  return {
    first_name: first,
    last_name: last,
    name: `${first} ${last}`,
    // The number keeps the people of one seed apart, whatever is drawn.
    phone: `${area}${2 + Math.floor(draw() * 8)}${digits(2)}${String(number).padStart(4, '0').slice(-4)}`,
    email: `${first}.${last}.${digits(6)}.${number}@example.com`.toLowerCase(),
    address,
    street: address,
    city,
    state,
    zip,
    zip3,
    dob,
    date_of_birth: dob,
    ip_address: `203.0.113.${1 + Math.floor(draw() * 254)}`,
    source: pick(SOURCES),
    ai_quality_score: Math.round(50 + draw() * 49) / 100,
    currently_insured: draw() < 0.5,
    tcpa_consent: true,
    trustedform_cert_url: `https://cert.trustedform.com/${Array.from({ length: 5 }, () => digits(8)).join('')}`,
  }
}

/** @returns a value of a field that only this campaign knows, or undefined where the sample's is as good */
function anyOf({ name, type, values }: FieldDefinition, { seed, number }: SyntheticOrder): FieldValue | undefined {
  const draw = randomOf(`${seed}\n${number}\n${name}`)
  if (values !== null && values.length > 0) return values[Math.floor(draw() * values.length)]
  if (type === 'number') return Math.floor(draw() * 100)
  return type === 'boolean' ? draw() < 0.5 : undefined
}

/** A small generator for things that need to differ, and not to be unguessable (FNV-1a, then mulberry32). */
function randomOf(text: string): () => number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

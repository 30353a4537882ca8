/**
 * A lead of nobody, to try a buyer out with: a value for each field that a campaign knows.
 *
 * Where a filter asks for something, the value is one that it lets through, so that what a trial shows is the buyer and not
 * the sample. The person, the telephone number and the network address are among those set aside for examples.
 */
import { readValue } from './field-value'
import { emptyLead, type FieldDefinition, type FieldType, type FieldValue, type LeadFields } from './fields'
import { type Filter, passesFilter } from './filters'

const BY_NAME: { readonly [name: string]: FieldValue } = {
  first_name: 'Maria',
  last_name: 'Sample',
  name: 'Maria Sample',
  email: 'maria.sample@example.com',
  phone: '5125550182',
  address: '1200 Sample St',
  street: '1200 Sample St',
  city: 'Houston',
  state: 'TX',
  zip: '77002',
  zip3: '770',
  country: 'US',
  dob: '1980-05-12',
  date_of_birth: '1980-05-12',
  ip_address: '203.0.113.42',
  user_agent: 'Mozilla/5.0 (sample)',
  trustedform_cert_url: 'https://cert.trustedform.com/0000000000000000000000000000000000000000',
  landing_page_url: 'https://example.com/quote',
  tcpa_consent_text: 'I agree to be called about my request.',
  tcpa_consent_timestamp: '2026-01-15T12:00:00Z',
  ai_quality_score: 0.84,
}

/** The first is the usual one; the others are for filters that do not want it. */
const BY_TYPE: { readonly [type in FieldType]: readonly FieldValue[] } = {
  string: ['sample', 'other'],
  number: [1, 0, 10, 100, 1_000, 100_000],
  boolean: [true, false],
  date: ['1980-05-12', '1950-05-12', '2001-05-12'],
  email: ['maria.sample@example.com', 'maria@example.org'],
  phone: ['5125550182', '2125550182'],
  state: ['TX', 'FL', 'CA', 'NY', 'OH', 'WA'],
  zip: ['77002', '33101', '90001', '10001'],
  url: ['https://example.com/', 'https://example.org/'],
  enum: [],
}

/**
 * @param definitions the fields to fill in
 * @param filters what the lead should get through; what no value can satisfy is left to fail
 */
export function sampleLead(definitions: readonly FieldDefinition[], filters: readonly Filter[]): LeadFields {
  const lead = emptyLead()
  for (const definition of definitions) {
    const value = sampleValue(
      definition,
      filters.filter(({ field }) => field === definition.name),
    )
    if (value !== null) lead[definition.name] = value
  }
  return lead
}

/** @returns null where a filter wants the field absent, or where nothing is a value of it */
function sampleValue(definition: FieldDefinition, filters: readonly Filter[]): FieldValue | null {
  const isWantedAbsent = filters.some(({ op }) => op === 'not_exists')
  if (isWantedAbsent && !definition.required) return null
  const candidates = [
    ...(Object.hasOwn(BY_NAME, definition.name) ? [BY_NAME[definition.name]] : []),
    ...BY_TYPE[definition.type],
    ...(definition.values ?? []),
    ...filters.flatMap(valuesNear),
  ].flatMap((candidate) => {
    const read = readValue(definition, candidate)
    return read.ok && read.value !== '' ? [read.value] : []
  })
  const passing = candidates.find((value) => filters.every((filter) => passesFilter(filter, value)))
  return passing ?? candidates[0] ?? null
}

/** @returns the values that a filter names, and those beside them where it leaves them out */
function valuesNear({ value }: Filter): readonly FieldValue[] {
  const named: readonly FieldValue[] = value === null ? [] : typeof value === 'object' ? value : [value]
  return named.flatMap((item): FieldValue[] => (typeof item === 'number' ? [item, item + 1, item - 1] : [item]))
}

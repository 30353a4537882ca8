import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Scope } from '../../../src/buyers/template/scope'
import { compileText, renderText, TemplateError } from '../../../src/buyers/template/text'
import { lead, MARIA, postInput } from '../support'

const NOW = Date.UTC(2026, 4, 11, 14, 22, 1)

function scope(fields = MARIA, withheld: readonly string[] = []): Scope {
  const call = { ...postInput({ now: NOW, ping: { ref: 'R-1', odd: '' } }), idempotencyKey: 'post_1' }
  return new Scope(fields, call, new Set(withheld))
}

function value(template: string, fields = MARIA): unknown {
  return compileText(template).only?.read(scope(fields))
}

describe('a placeholder that stands alone', () => {
  it.each([
    ['{{state}}', 'TX'],
    ['{{ vehicle_count }}', 2],
    ['{{currently_insured}}', true],
    ['{{- state -}}', 'TX'],
    ['{{nobody}}', null],
    ['{{auction_id}}', 'auc_1'],
    ['{{lead_id}}', 'ld_1'],
    ['{{floor_price}}', 5.5],
    ['{{expires_at}}', '2026-05-11T14:22:06.000Z'],
    ['{{bid_token}}', null],
    ['{{vertical}}', 'auto_insurance'],
    ['{{sub_vertical}}', null],
    ['{{ping.ref}}', 'R-1'],
    ['{{ping.nothing}}', null],
    ['{{ping}}', null],
    ['{{constructor}}', null],
    ['{{__proto__}}', null],
    ['{{ping.constructor}}', null],
    ['{{ping.__proto__}}', null],
    ['{{state.constructor}}', null],
    ['{{true}}', true],
    ['{{nil}}', null],
  ])('%s is %j', (template, expected) => {
    expect(value(template)).toEqual(expected)
  })

  it.each([
    ['{{phone | digits}}', '5125550182'],
    ['{{email | md5}}', createHash('md5').update('maria.lopez@example.com').digest('hex')],
    ['{{ email | upcase | sha1 }}', createHash('sha1').update('MARIA.LOPEZ@EXAMPLE.COM').digest('hex')],
    ['{{email | sha256}}', createHash('sha256').update('maria.lopez@example.com').digest('hex')],
    ['{{dob | age}}', 45],
    ['{{dob | date: "MM/DD/YYYY"}}', '05/12/1980'],
    ["{{dob | date: '%m-%d-%y'}}", '05-12-80'],
    ['{{dob | date: "mm/dd/yyyy"}}', '05/12/1980'],
    ['{{dob | date: "100%% %Y"}}', '100% 1980'],
    ['{{dob | date: "D MMM YYYY"}}', '12 May 1980'],
    ['{{expires_at | date: "YYYY-MM-DD HH:mm:ss"}}', '2026-05-11 14:22:06'],
    ['{{expires_at | date: "h:mm A [on] MMMM D"}}', '2:22 PM on May 11'],
    ['{{"now" | date: "YYYYMMDD"}}', '20260511'],
    ['{{state | map: "CA=California,TX=Texas" | default: "NA"}}', 'Texas'],
    ['{{city | map: "CA=California,TX=Texas" | default: "NA"}}', 'NA'],
    ['{{currently_insured | map: "true=Y,false=N"}}', 'Y'],
    ['{{nobody | map: "CA=California" | default: "NA"}}', 'NA'],
    ['{{zip | slice: 0, 3}}', '770'],
    ['{{zip | slice: -2, 2}}', '01'],
    ['{{zip | slice: 1}}', '7'],
    ['{{first_name | downcase | capitalize}}', 'Maria'],
    ['{{vehicle_count | plus: 1}}', 3],
    ['{{vehicle_count | string}}', '2'],
    ['{{zip | number}}', 77001],
    ['{{city | number}}', null],
    ['{{nobody | default: 0}}', 0],
    ['{{nobody | default: state}}', 'TX'],
    ['{{first_name | append: " " | append: last_name}}', 'Maria Lopez'],
    ['{{city | split: "o" }}', ['H', 'ust', 'n']],
    ['{{city | replace: "Hou", "Be" }}', 'Beston'],
    ['{{ping.ref | downcase}}', 'r-1'],
    ['{{first_name | default: "}}"}}', 'Maria'],
  ])('%s is %j', (template, expected) => {
    expect(value(template)).toEqual(expected)
  })

  it.each(['md5', 'sha256', 'digits', 'upcase', 'age', 'date: "YYYY"', 'slice: 0, 3', 'plus: 1', 'append: "x"'])(
    'passes over what the lead does not have: | %s',
    (pipe) => {
      expect(value(`{{nobody | ${pipe}}}`)).toBeNull()
    },
  )

  it('says the age on the day of the birthday and the day before', () => {
    const age = (now: number) =>
      compileText('{{dob | age}}').only?.read(
        new Scope(MARIA, { ...postInput({ now }), idempotencyKey: '' }, new Set()),
      )
    expect(age(Date.UTC(2026, 4, 11))).toBe(45)
    expect(age(Date.UTC(2026, 4, 12))).toBe(46)
    expect(value('{{dob | age}}', lead({ dob: '2030-01-01' }))).toBeNull()
    expect(value('{{dob | age}}', lead({ dob: 'unknown' }))).toBeNull()
    expect(value('{{dob | age}}', lead({ dob: '5/12/1980' }))).toBe(45)
  })
})

describe('a text with placeholders', () => {
  it('joins texts and values, absent ones as nothing', () => {
    const text = compileText('{{first_name}} {{nobody}}/{{vehicle_count}}/{{currently_insured}}!')
    expect(text.only).toBeNull()
    expect(renderText(text, scope(), (part) => `<${part}>`)).toBe('<Maria> <>/<2>/<true>!')
  })

  it('names what it reads, also in arguments and brackets', () => {
    expect([...compileText('{{a | default: b}} {{ping.ref}} {{c[d].e}} {{ "lit" | append: f }}').names].sort()).toEqual(
      ['a', 'b', 'c', 'd', 'f', 'ping'],
    )
  })

  it('gives out nothing that is withheld, by whichever way', () => {
    const held = scope(MARIA, ['email', 'phone'])
    for (const template of [
      '{{email}}',
      '{{email | md5}}',
      '{{email | replace: "a", "b"}}',
      '{{nobody | default: email}}',
    ]) {
      expect(compileText(template).only?.read(held), template).toBeNull()
    }
    expect(held.sendable()).not.toContain('email')
  })

  it.each([
    ['{{first_name', 'not closed'],
    ['{{}}', 'invalid value'],
    ['{{first_name | shout}}', 'undefined filter: shout'],
    ['{{first_name | raw}}', 'undefined filter: raw'],
    ['{{first_name | json}}', 'undefined filter: json'],
    ['{% if state %}x{% endif %}', 'tags'],
    ['{% include "/etc/passwd" %}', 'tags'],
    ['{% for i in (1..1000000) %}x{% endfor %}', 'tags'],
    ['x {%', 'tags'],
  ])('%s is refused', (template, reason) => {
    expect(() => compileText(template)).toThrow(TemplateError)
    expect(() => compileText(template)).toThrow(reason)
  })

  it('stops a template that grows without bounds', () => {
    expect(() => value('{{ (1..100000000) | join: "," }}')).toThrow()
    const long = lead({ first_name: 'a'.repeat(8_000) })
    expect(() => value(`{{first_name | replace: "a", "${'b'.repeat(400)}"}}`, long)).toThrow()
    expect(() => value(`{{first_name | ${Array(9).fill('append: first_name').join(' | ')}}}`, long)).toThrow()
  })
})

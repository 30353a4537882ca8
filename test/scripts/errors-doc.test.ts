import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ERRORS_FILE, errorsDocument } from '../../scripts/errors-doc.ts'
import { ERROR_CATALOGUE } from '../../src/contracts/error-catalogue'

it('docs/errors.md is what scripts/errors-doc.ts makes of the catalogue', () => {
  expect(readFileSync(ERRORS_FILE, 'utf8')).toBe(errorsDocument())
})

it('every code says in sentences when it is answered and what to do', () => {
  for (const [code, { when, action, message }] of Object.entries(ERROR_CATALOGUE)) {
    expect([code, message.length > 5]).toEqual([code, true])
    expect([code, when]).toEqual([code, expect.stringMatching(/^[A-Z`].{20,}[.]$/)])
    expect([code, action]).toEqual([code, expect.stringMatching(/^[A-Z`].{20,}[.]$/)])
  }
})

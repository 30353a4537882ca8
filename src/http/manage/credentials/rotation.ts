/** The body of a rotation, which may be left out, and when the old secret ends. */
import { rotationSchema } from '../../../contracts/credential'
import type { AppContext } from '../../app'
import { CONFIGURATION_BODY_BYTES, readBody } from '../../plumbing/body'
import { check, invalid } from '../../plumbing/field-errors'
import { problem } from '../../plumbing/reply'

const HOUR_MS = 60 * 60 * 1_000

/** @returns when the old secret ends, RFC 3339 UTC; null where it ends now; or the answer that refuses the body */
export async function readOverlapEnd(c: AppContext): Promise<{ readonly endsAt: string | null } | Response> {
  const body = hasBody(c) ? await readBody(c, { maxBytes: CONFIGURATION_BODY_BYTES, form: false }) : NO_BODY
  if (!body.ok) return problem(c, body.code, { message: body.message })
  const checked = check(rotationSchema, body.value)
  if (!checked.ok) return invalid(c, checked.errors)
  const { overlap_hours } = checked.value
  return { endsAt: overlap_hours === 0 ? null : new Date(c.var.services.now() + overlap_hours * HOUR_MS).toISOString() }
}

const NO_BODY = { ok: true, value: {} } as const

function hasBody(c: AppContext): boolean {
  return c.req.raw.body !== null && c.req.header('content-length') !== '0'
}

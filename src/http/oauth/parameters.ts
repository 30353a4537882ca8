/**
 * The parameters of a call to `/oauth/*`: form-encoded as RFC 6749 wants it, or JSON.
 *
 * Each at most once, an empty one is one that was left out, and unknown ones are ignored (sections 3.1 and 3.2).
 */
import type { AppContext } from '../app'
import { readBody } from '../plumbing/body'
import type { OAuthRefusal } from './answer'

const MAX_BYTES = 16 * 1024

export type Parameters = ReadonlyMap<string, string>

export async function readParameters(c: AppContext): Promise<Parameters | OAuthRefusal> {
  const mediaType = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  return mediaType === 'application/json' ? await readJson(c) : await readForm(c, mediaType)
}

async function readJson(c: AppContext): Promise<Parameters | OAuthRefusal> {
  const body = await readBody(c, { maxBytes: MAX_BYTES, form: false })
  if (!body.ok) return refuse(body.code === 'body_too_large' ? 'too_large' : 'The body is not a JSON object.')
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(body.value)) {
    if (value === null || value === '') continue
    if (typeof value === 'string') parameters.set(name, value)
    else if (KNOWN.has(name)) return refuse(`${name} must be text.`)
  }
  return parameters
}

async function readForm(c: AppContext, mediaType: string | undefined): Promise<Parameters | OAuthRefusal> {
  if (mediaType !== 'application/x-www-form-urlencoded') {
    return refuse('Content-Type must be application/x-www-form-urlencoded or application/json.')
  }
  const declared = Number(c.req.header('content-length') ?? '0')
  const text = declared > MAX_BYTES ? null : await c.req.raw.text()
  if (text === null || text.length > MAX_BYTES) return refuse('too_large')
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue
    if (parameters.has(name)) return refuse(KNOWN.has(name) ? `${name} is there twice.` : 'A parameter is there twice.')
    parameters.set(name, value)
  }
  return parameters
}

const KNOWN = new Set(['grant_type', 'scope', 'client_id', 'client_secret', 'token', 'token_type_hint'])

function refuse(description: string): OAuthRefusal {
  return description === 'too_large'
    ? { error: 'invalid_request', description: 'A body is at most 16 KiB.', status: 413 }
    : { error: 'invalid_request', description }
}

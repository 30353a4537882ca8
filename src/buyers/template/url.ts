/**
 * URLs and headers with placeholders.
 *
 * The host is the operator's alone: a placeholder before its end is refused, since no lead may choose where data goes.
 */
import { encodePart } from './form'
import type { Scope } from './scope'
import { type CompiledText, compileText, plainText, renderText, TemplateError } from './text'

const ORIGIN = /^https?:\/\/[^/?#]+/i

/** @throws TemplateError where the URL is malformed or a placeholder stands in its host */
export function compileUrl(source: string): (scope: Scope) => string {
  const { parts, only } = compileText(source)
  const [first] = parts
  if (only !== null || typeof first !== 'string' || !ORIGIN.test(first))
    throw new TemplateError('a URL begins with its host')
  if (parts.length === 1) return () => first
  if (!/^https?:\/\/[^/?#]+[/?#]/i.test(first)) throw new TemplateError('a placeholder stands in the host')
  let inQuery = false
  const pieces = parts.map((part) => {
    if (typeof part === 'string') inQuery ||= part.includes('?')
    return {
      text: { parts: [part], only: null, names: [] } satisfies CompiledText,
      encode: inQuery ? encodePart : encodeSegment,
    }
  })
  return (scope) => pieces.map(({ text, encode }) => renderText(text, scope, encode)).join('')
}

/** Dots alone would climb up the path, in whichever way they are encoded: they are dropped. */
function encodeSegment(value: string): string {
  return /^\.+$/.test(value) ? '' : encodePart(value)
}

/** @returns the URL with more parameters, before a fragment if there is one */
export function withQuery(url: string, query: string): string {
  if (query === '') return url
  const [address = '', ...fragment] = url.split('#')
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&'
  return [`${address}${joint}${query}`, ...fragment].join('#')
}

/** @throws TemplateError where the text is malformed */
export function compileHeader(source: string): (scope: Scope) => string {
  const text = compileText(source)
  return (scope) => headerValue(plainText(text, scope))
}

/** A header holds visible ASCII and spaces; line breaks and other controls end as one space, the rest is percent-encoded. */
export function headerValue(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that a header must not hold
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .replace(/[^\u0020-\u007e]+/g, encodeURIComponent)
      .trim()
  )
}

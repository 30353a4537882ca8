/**
 * Reads JSON as buyers write it.
 *
 * A number is kept as the text it was written in where a double would change it: a lead id of twenty digits must come back
 * to the buyer as it was, and 1e3 is not a price. NaN and Infinity, which some serialisers write, are read as those words.
 */

/** Spellings that a plain parse would lose. */
const INEXACT = /\d{16}|\d\.\d{16}|\d[eE][+-]?\d/
/** A string, also one that never ends, so that no text is looked at twice. */
const NOT_A_NUMBER = /"(?:[^"\\]|\\[\s\S])*"?|-?\b(?:NaN|Infinity)\b/g

/** @returns the value, or undefined where the text is no JSON */
export function parseJson(text: string): unknown {
  try {
    return INEXACT.test(text) ? JSON.parse(text, keepSpelling) : JSON.parse(text)
  } catch {
    return /NaN|Infinity/.test(text) ? parseWithWords(text) : undefined
  }
}

function parseWithWords(text: string): unknown {
  try {
    return JSON.parse(text.replace(NOT_A_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)))
  } catch {
    return undefined
  }
}

function keepSpelling(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  return /[eE]/.test(source) || source.replace(/\D/g, '').length > 15 ? source : value
}

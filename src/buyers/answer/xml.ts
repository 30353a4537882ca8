/**
 * Reads XML as buyers write it, with a parser that knows no entities.
 *
 * A document type declaration is cut out before anything is read, so that there is nothing to expand and nothing to fetch;
 * only the five predefined entities and character references are decoded, once, when a value is read.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  allowBooleanAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  jPath: false,
  maxNestedTags: 64,
})

const DOCTYPE = /<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>/iy
const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)/g

/**
 * @returns elements by name, attributes as `@name`, text beside either as `#text`; repeated elements as a list. Undefined
 * where the text is no well-formed XML, or is a web page
 */
export function parseXml(text: string): unknown {
  if (!text.startsWith('<') || isWebPage(text)) return undefined
  const source = withoutDoctype(text).replace(BARE_AMPERSAND, '&amp;')
  try {
    if (XMLValidator.validate(source, { allowBooleanAttributes: true }) !== true) return undefined
    return parser.parse(source)
  } catch {
    return undefined
  }
}

/** Cuts the first declaration; a second one is no XML and does not parse. */
function withoutDoctype(text: string): string {
  const at = text.search(/<!DOCTYPE/i)
  if (at < 0) return text
  DOCTYPE.lastIndex = at
  const end = DOCTYPE.test(text) ? DOCTYPE.lastIndex : text.length
  return text.slice(0, at) + text.slice(end)
}

/** An error page is no answer, even where it happens to be well-formed. */
export function isWebPage(text: string): boolean {
  return /^(?:<\?xml[^>]*\?>\s*)?(?:<!--[^>]*-->\s*)*<(?:!doctype\s+)?html[\s>]/i.test(text.slice(0, 1_000))
}

const NAMED: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

/** Decodes one layer of references; a name that XML does not define stays as it stands. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,5}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

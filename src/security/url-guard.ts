/**
 * Which URLs may be fetched on an operator's word: public names over https, and nothing that leads inside.
 *
 * The rule is that of an allow-list. The host must be written the way a parser would write it, so that there is no spelling
 * of an address to recognise; it must be a name, since an address is never needed and production refuses it; and the name
 * must not be one that resolves inside. What a public name resolves to is beyond this: see docs/security.md.
 */

export type UrlRefusal =
  | 'too_long'
  | 'malformed'
  | 'scheme'
  | 'credentials'
  | 'ambiguous_host'
  | 'ip_address'
  | 'private_name'
  | 'port'
  | 'fragment'

export interface UrlGuardOptions {
  /** Lets http(s) on 127.0.0.1, localhost and [::1] pass, with any port. */
  readonly allowLoopback: boolean
  /** Ports to allow besides 443 and 8443. */
  readonly allowPorts?: readonly number[]
}

export type UrlVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: UrlRefusal }

const MAX_URL_CHARS = 8_192
const PORTS: readonly number[] = [443, 8443]

const ALLOWED: UrlVerdict = { ok: true }
const refuse = (reason: UrlRefusal): UrlVerdict => ({ ok: false, reason })

/** Scheme, host with its port, and the rest, split by hand: what a parser makes of them is compared with this. */
const PARTS = /^(https?):\/\/([^/?#]*)([^#]*)$/i
const HOST_AND_PORT = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?$/i

/** Checked when a URL is configured, and again each time before it is fetched. */
export function checkBuyerUrl(text: string, options: UrlGuardOptions): UrlVerdict {
  if (text.length > MAX_URL_CHARS) return refuse('too_long')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: parsers drop or turn these, and disagree about it
  if (/[\s\\\u0000-\u001f\u007f]/.test(text)) return refuse('malformed')
  if (!/^https?:\/\//i.test(text)) return refuse('scheme')
  if (text.includes('#')) return refuse('fragment')
  const [, scheme = '', authority = ''] = PARTS.exec(text) ?? []
  if (authority.includes('@')) return refuse('credentials')
  // Nothing behind the authority can change what it names: of a buyer's many URLs, the origin is judged once.
  return judgedOnce(`${scheme}://${authority}`, options)
}

const judged = new Map<string, UrlVerdict>()
const MAX_JUDGED = 1_000
const MAX_JUDGED_CHARS = 300

function judgedOnce(origin: string, options: UrlGuardOptions): UrlVerdict {
  const key = `${options.allowLoopback} ${options.allowPorts?.join() ?? ''} ${origin}`
  const known = judged.get(key)
  if (known !== undefined) return known
  const verdict = judgeOrigin(origin, options)
  if (key.length > MAX_JUDGED_CHARS) return verdict
  if (judged.size >= MAX_JUDGED) judged.clear()
  judged.set(key, verdict)
  return verdict
}

/** @param text a scheme and an authority, and nothing else */
function judgeOrigin(text: string, options: UrlGuardOptions): UrlVerdict {
  const [, scheme = '', authority = ''] = PARTS.exec(text) ?? []
  const [, writtenHost = '', writtenPort] = HOST_AND_PORT.exec(authority) ?? []
  const url = parse(text)
  if (writtenHost === '' || url === null) return refuse(url === null ? 'malformed' : 'ambiguous_host')
  const host = writtenHost.toLowerCase()
  if (url.hostname !== host) return refuse(isAddress(url.hostname) ? 'ip_address' : 'ambiguous_host')
  if (url.username !== '' || url.password !== '') return refuse('credentials')
  if (options.allowLoopback && LOOPBACK.has(host)) return ALLOWED
  if (scheme.toLowerCase() !== 'https') return refuse('scheme')
  if (isAddress(host)) return refuse('ip_address')
  if (!isPublicName(host)) return refuse('private_name')
  const port = writtenPort === undefined ? 443 : Number(writtenPort)
  return PORTS.includes(port) || options.allowPorts?.includes(port) === true ? ALLOWED : refuse('port')
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

function parse(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** Whether a parsed host is an address: IPv6 in brackets, or IPv4, whose last part is the only one that may be a number. */
function isAddress(host: string): boolean {
  return host.startsWith('[') || /(?:^|\.)\d+$/.test(host)
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** Ends of names that resolve inside of networks, to the machine itself, or to whatever address stands in the name. */
const PRIVATE_ENDS: readonly string[] = [
  ...'localhost local localdomain internal intranet private corp home lan arpa onion svc consul'.split(' '),
  ...'nip.io sslip.io xip.io traefik.me localtest.me lvh.me vcap.me lacolhost.com localh.st backname.io'.split(' '),
  ...'rbndr.us 1u.ms rebind.network rebind.it'.split(' '),
  ...'metadata.goog metadata.tencentyun.com metadata.packet.net metadata.platformequinix.com'.split(' '),
]

/** A name of at least two labels, in plain letters, that does not end in one of the private ends or in a dot. */
function isPublicName(host: string): boolean {
  const labels = host.split('.')
  if (host.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label))) return false
  if (!TOP_LABEL.test(labels.at(-1) ?? '')) return false
  return !PRIVATE_ENDS.some((end) => host === end || host.endsWith(`.${end}`))
}

/**
 * HTTP/1.1 messages on a keep-alive connection, as far as the bench's own ends speak it: a head, then a body of a stated
 * length or in chunks. Anything else is an error; both ends are ours or workerd's.
 */

export interface Message {
  /** The start line and the headers. */
  readonly head: string
  readonly body: string
}

const HEAD_END = '\r\n\r\n'
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i
const CHUNKED = /\r\ntransfer-encoding: *chunked/i

/** Collects the bytes of one connection and gives out the messages that are whole, in their order. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0)

  /** @throws where the bytes are no message of ours */
  read(chunk: Buffer): readonly Message[] {
    const messages: Message[] = []
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let end = this.#rest.indexOf(HEAD_END); end >= 0; end = this.#rest.indexOf(HEAD_END)) {
      const head = this.#rest.toString('latin1', 0, end)
      const from = end + HEAD_END.length
      const body = CHUNKED.test(head) ? readChunks(this.#rest, from) : readLength(this.#rest, from, head)
      if (body === null) break
      this.#rest = this.#rest.subarray(body.end)
      messages.push({ head, body: body.text })
    }
    return messages
  }
}

interface Body {
  readonly text: string
  /** Where the next message begins. */
  readonly end: number
}

function readLength(bytes: Buffer, from: number, head: string): Body | null {
  const end = from + Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0)
  return bytes.length < end ? null : { text: bytes.toString('utf8', from, end), end }
}

function readChunks(bytes: Buffer, from: number): Body | null {
  const parts: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('a chunk without a size')
    const start = lineEnd + 2
    if (bytes.length < start + size + 2) return null
    if (size === 0) return { text: Buffer.concat(parts).toString(), end: start + 2 }
    parts.push(bytes.subarray(start, start + size))
    at = start + size + 2
  }
}

/** @returns the whole message, with the length of its body */
export function writeMessage(startLine: string, headers: { readonly [name: string]: string }, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${startLine}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

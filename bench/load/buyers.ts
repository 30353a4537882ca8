/**
 * Five buyers in a process of their own, each on its own port, answering in the guide's dialect: at once under `/fast`,
 * after their delays under `/slow`, with a no to every third post under `/fickle`. They keep nothing but counts, so that the bench can check who was posted to.
 */
import { createServer, type Socket } from 'node:net'
import { BUYERS, POST_DELAY_MS } from './buyer-plan.ts'
import { MessageReader, writeMessage } from './message.ts'

export interface BuyerCounts {
  readonly pings: number
  readonly posts: number
}

export type BuyersRequest = 'counts'
export type BuyersReport =
  | { readonly kind: 'ready'; readonly ports: readonly number[] }
  | { readonly kind: 'counts'; readonly counts: readonly BuyerCounts[] }

const HEADERS = { 'content-type': 'application/json' }
const counts = BUYERS.map(() => ({ pings: 0, posts: 0 }))

function serve(buyer: number, socket: Socket): void {
  const reader = new MessageReader()
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    for (const { head } of reader.read(chunk)) answer(buyer, socket, head)
  })
}

function answer(buyer: number, socket: Socket, head: string): void {
  const [, path = ''] = head.split(' ', 2)
  const plan = BUYERS[buyer]
  const count = counts[buyer]
  if (plan === undefined || count === undefined) throw new Error(`no buyer ${buyer}`)
  const isPing = path.endsWith('/ping')
  const id = isPing ? count.pings++ : count.posts++
  const isNo = path.startsWith('/fickle/') && !isPing && id % 3 === 2
  const text = isPing
    ? writeMessage('HTTP/1.1 200 OK', HEADERS, `{"accepted":true,"bid_price":${plan.bid}}`)
    : isNo
      ? writeMessage('HTTP/1.1 422 Unprocessable Content', HEADERS, '{"error":"not wanted"}')
      : writeMessage('HTTP/1.1 201 Created', HEADERS, `{"id":"lead-${buyer}-${id}"}`)
  if (!path.startsWith('/slow/')) socket.write(text)
  else setTimeout(() => socket.write(text), isPing ? plan.delayMs : POST_DELAY_MS)
}

function listen(buyer: number): Promise<number> {
  const server = createServer((socket) => serve(buyer, socket))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
  })
}

function report(message: BuyersReport): void {
  process.send?.(message)
}

process.on('message', (request: BuyersRequest) => {
  if (request === 'counts') report({ kind: 'counts', counts })
})
process.on('disconnect', () => process.exit(0))
report({ kind: 'ready', ports: await Promise.all(BUYERS.map((_, buyer) => listen(buyer))) })

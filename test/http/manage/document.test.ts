import { expect, test } from 'vitest'
import { createApp } from '../../../src/http/app'
import { registerManagement } from '../../../src/http/manage'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly requestBody?: { readonly content: object }
  readonly responses: { readonly [status: string]: { readonly content?: object } }
}

/** There is nothing to say but which. */
const WITHOUT_BODY = new Set(['post /v1/dead-letters/{id}/resend'])

test('every endpoint is described with its body, its answer and its errors', () => {
  const app = createApp()
  registerManagement(app)
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Gavel', version: '1' } })
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as { readonly [method: string]: Operation }).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      ...operation,
    })),
  )
  expect(operations.length).toBeGreaterThan(23)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { name, method, summary, tags, requestBody, responses } of operations) {
    expect([name, typeof summary, tags?.length]).toEqual([name, 'string', 1])
    const takesBody = ['post', 'put', 'patch'].includes(method) && !WITHOUT_BODY.has(name)
    expect([name, requestBody !== undefined]).toEqual([name, takesBody])
    const statuses = Object.keys(responses)
    const expected = takesBody ? ['400', '401', '403', '413', '415', '422'] : ['401', '403']
    expect([name, statuses]).toEqual([name, expect.arrayContaining(expected)])
    expect([name, statuses.some((status) => status.startsWith('2'))]).toEqual([name, true])
  }
  expect(document.components?.schemas?.CampaignSettings).toMatchObject({ required: ['name', 'vertical'] })
})

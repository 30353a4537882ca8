/** `PUT /v1/suppression-lists/{id}/entries`: adds entries, removes them, or replaces them all, by `mode`. */
import { createRoute } from '@hono/zod-openapi'
import { importQuerySchema, suppressionImportSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { check, invalid } from '../../plumbing/field-errors'
import { BODY_PROBLEMS, jsonAnswer, operatorEndpoint, problems } from '../operator-endpoint'
import { entriesBody } from './entries-body'
import { importEntries } from './import-entries'
import { suppressionListParams } from './wire'

const route = createRoute({
  method: 'put',
  path: '/v1/suppression-lists/{id}/entries',
  operationId: 'putSuppressionEntries',
  summary: 'Add entries to a suppression list, remove them, or replace them all',
  description:
    'Phones and emails, raw or as MD5, SHA-1 or SHA-256. A list may come in several bodies: send all but the last with ' +
    'more=true, and name the import by import_id. A body that broke off goes on after the last line that was stored.',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams, query: importQuerySchema, body: entriesBody },
  responses: {
    202: jsonAnswer('What was stored, and what is still to be published', suppressionImportSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerPutSuppressionEntries(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const query = check(importQuerySchema, c.req.query())
    return query.ok ? importEntries(c, query.value.mode ?? 'add', query.value) : invalid(c, query.errors)
  })
}

/**
 * `DELETE /v1/suppression-lists/{id}/entries`: removes the entries in the body, as `PUT` with `mode=remove`.
 *
 * A DELETE's body has no meaning of its own in HTTP, and some proxies drop it: the documentation describes it in words, and
 * points to PUT.
 */
import { createRoute } from '@hono/zod-openapi'
import { removalQuerySchema, suppressionImportSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { check, invalid } from '../../plumbing/field-errors'
import { BODY_PROBLEMS, jsonAnswer, operatorEndpoint, problems } from '../operator-endpoint'
import { importEntries } from './import-entries'
import { suppressionListParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/suppression-lists/{id}/entries',
  operationId: 'deleteSuppressionEntries',
  summary: 'Remove entries from a suppression list',
  description:
    'Takes the same bodies as PUT with mode=remove, which is safer behind proxies. A raw value is removed in every form ' +
    'that the list has it in; a hash removes that very hash.',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams, query: removalQuerySchema },
  responses: {
    202: jsonAnswer('What was stored, and what is still to be published', suppressionImportSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerDeleteSuppressionEntries(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const query = check(removalQuerySchema, c.req.query())
    return query.ok ? importEntries(c, 'remove', query.value) : invalid(c, query.errors)
  })
}

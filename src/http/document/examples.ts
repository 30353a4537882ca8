/** Gives every body of the document an example: the one written for it, or one made from its schema. */
import { REQUEST_EXAMPLES } from './request-examples'
import { sampleOf } from './sample'
import type { JsonMap, MediaType, Operation } from './shapes'

export function addExamples(operation: Operation, schemas: { readonly [name: string]: JsonMap }): void {
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    const written = type === 'application/json' ? REQUEST_EXAMPLES[operation.operationId] : undefined
    if (written === undefined) complete(media, { schemas, whole: false })
    else media.example = written
  }
  for (const { content } of Object.values(operation.responses)) {
    for (const media of Object.values(content ?? {})) complete(media, { schemas, whole: true })
  }
}

function complete(media: MediaType, sampler: Parameters<typeof sampleOf>[1]): void {
  if (media.example === undefined && media.examples === undefined && media.schema !== undefined) {
    media.example = sampleOf(media.schema, sampler)
  }
}

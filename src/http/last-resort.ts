/** The answer where not even the surface could be built, as with settings that are refused: in the contract's shape too. */
import { problemBody } from '../contracts/problem'

/** @returns 500 as `application/problem+json`, with the request's id */
export function lastResort(requestId: string): Response {
  return new Response(JSON.stringify(problemBody('internal_error', requestId)), {
    status: 500,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': requestId },
  })
}

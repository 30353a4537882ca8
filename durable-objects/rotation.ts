/**
 * One per campaign with strict round robin: whose turn it is.
 *
 * The class stands so that deployments know it from the first migration on; turns come with that distribution.
 */
import { DurableObject } from 'cloudflare:workers'

export class RotationObject extends DurableObject {}

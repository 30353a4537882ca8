/**
 * One per campaign and hash prefix: whether a lead's identity was seen within the campaign's window.
 *
 * The class stands so that deployments know it from the first migration on; claims come with deduplication.
 */
import { DurableObject } from 'cloudflare:workers'

export class IdentityIndexObject extends DurableObject {}

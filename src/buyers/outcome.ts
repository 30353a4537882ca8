/**
 * What a buyer's answer means for the auction: the contract's rules, and what the status says by itself.
 *
 * Nothing that is returned to be stored holds a value of the lead.
 */
export { type Captured, type PingOutcome, readPingOutcome, servesItsPost, withValidity } from './ping-outcome'
export { readPostOutcome } from './post-outcome'

/** The words that buyers answer with, and the names under which they do. */
import type { Scalar } from '../path'
import type { Outcome } from '../read'

export type Meaning = Exclude<Outcome, 'unknown'>

/** Spellings beside the first are those of the same system or family. */
const WORDS: { readonly [meaning in Meaning]: readonly string[] } = {
  accepted: (
    'accepted accept approved approve success successful succeeded matched match sold buy bought purchased bid ok okay ' +
    'yes y true t valid won win continue complete completed passed interested qualified'
  ).split(' '),
  rejected: (
    'rejected reject declined decline denied deny unmatched nomatch unsold failed failure fail unsuccessful no n false f ' +
    'nobid invalid refused unaccepted notaccepted notsold notmatched notinterested stop lost outbid unqualified'
  ).split(' '),
  duplicate: 'duplicate duplicated dupe dup duplicatelead'.split(' '),
  error: 'error errors exception badrequest unauthorized'.split(' '),
  pending: 'pending processing queued inprogress buffered inreview review'.split(' '),
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(WORDS).flatMap(([meaning, words]) =>
    words.map((word): [string, Meaning] => [word, meaning as Meaning]),
  ),
)

/** What goes before such a word without changing what it says. */
const SUBJECT = /^(?:the )?(?:lead|ping|post|bid|request|application)(?: (?:was|has been|is))? /

/** @returns what a word says, or null where it says nothing that is known */
export function meaningOf(value: Scalar | null): Meaning | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 'accepted' : 'rejected'
  const text = String(value).trim().toLowerCase()
  if (text === '1') return 'accepted'
  if (text === '0') return 'rejected'
  if (text.length > 60) return null
  return MEANINGS.get(text.replace(SUBJECT, '').replace(/[^a-z]/g, '')) ?? null
}

/** Words whose opposite is certain: whoever says one of the two says the other for the opposite. */
const PAIRS: readonly (readonly [yes: string, no: string])[] = [
  ['true', 'false'],
  ['1', '0'],
  ['yes', 'no'],
  ['y', 'n'],
  ['t', 'f'],
]

/** @returns the certain opposite, in the same type, or null */
export function oppositeOf(value: Scalar): Scalar | null {
  if (typeof value === 'boolean') return !value
  const text = String(value).trim().toLowerCase()
  const pair = PAIRS.find((words) => words.includes(text))
  if (pair === undefined) return null
  const other = pair[0] === text ? pair[1] : pair[0]
  return typeof value === 'number' ? Number(other) : other
}

const LIKELY_YES: { readonly [no: string]: readonly string[] } = {
  unmatched: ['matched'],
  nomatch: ['match', 'matched'],
  unsold: ['sold'],
  failed: ['success'],
  failure: ['success'],
  fail: ['success', 'pass'],
  reject: ['accept', 'accepted', 'continue'],
  declined: ['approved', 'accepted'],
  denied: ['approved', 'accepted'],
  nobid: ['bid'],
  invalid: ['valid'],
}
const COMMON_YES = ['accepted', 'success', 'matched', 'approved', 'sold', 'ok']

/** @returns what such a buyer may say for a yes: a guess, to be replaced once a yes was seen */
export function likelyYes(no: Scalar): readonly string[] {
  return (
    LIKELY_YES[
      String(no)
        .toLowerCase()
        .replace(/[^a-z]/g, '')
    ] ?? COMMON_YES
  )
}

/** What a field that answers in words may also say. */
export const OTHER_WORDS = {
  error: ['error', 'errors', 'exception'],
  duplicate: ['duplicate', 'duplicated', 'dupe'],
  pending: ['pending', 'processing', 'queued', 'in_progress'],
} as const

/** Names of a field that decides, the most telling first. */
export const DECISION_NAMES = (
  'accepted isaccepted accept leadaccepted pingaccepted bidaccepted approved isapproved matched ismatched match sold issold ' +
  'isvalidpost isvalid valid buy willbuy interested qualified won outcome decision disposition verdict result leadresult ' +
  'pingresult postresult bidstatus leadstatus pingstatus poststatus status responsestatus resultstatus response success ' +
  'issuccess successful succeeded ok'
).split(' ')

/** Names of a field whose mere yes is a no. */
export const REFUSAL_NAMES: { readonly [name: string]: Meaning } = {
  duplicate: 'duplicate',
  isduplicate: 'duplicate',
  duplicated: 'duplicate',
  rejected: 'rejected',
  isrejected: 'rejected',
  declined: 'rejected',
  failed: 'error',
  iserror: 'error',
  haserror: 'error',
  haserrors: 'error',
}

export const PRICE_NAMES = (
  'price bidprice bidamount pingprice leadprice buyprice offerprice bid amount payout offer cpl bestbid value revenue rate ' +
  'commission cost sum'
).split(' ')
export const REASON_NAMES = (
  'rejectreason rejectionreason declinereason reason reasontext unmatchedreason responsedetail statusdetail detail details ' +
  'message statusmessage msg errormessage error errordescription errors description statustext comment note'
).split(' ')
export const REFERENCE_NAMES = (
  'leadid leaduuid leadidentifier buyerleadid pingid pingtoken quoteid offerid bidid bidtoken auctionid transactionid confirmationid ' +
  'confirmation confirmationnumber reference referenceid ref promise token postid orderid responseid uuid guid id'
).split(' ')
export const REDIRECT_NAMES =
  'redirecturl redirect redirecturi redirectto thankyouurl nexturl landingurl confirmationurl url link'.split(' ')
/** Captures with a meaning of their own, and what buyers call them. */
export const CAPTURE_NAMES: { readonly [capture: string]: readonly string[] } = {
  currency: ['currency', 'currencycode', 'pricecurrency', 'bidcurrency'],
  valid_until: ['validuntil', 'expiresat', 'expires', 'expiry', 'expiration', 'bidexpiresat'],
  bid_token: ['bidtoken'],
  reject_detail: ['rejectdetail', 'rejectiondetail'],
}

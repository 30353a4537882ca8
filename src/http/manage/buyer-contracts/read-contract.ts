/** Reads a buyer contract from a body and checks all of it: its shape, its secrets, and whether a buyer can be spoken to so. */
import { type BuyerContractInput, buyerContractSchema, type ContractSecrets } from '../../../contracts/buyer-contract'
import { leadFiltersSchema } from '../../../contracts/campaign'
import { personalFieldNames } from '../../../contracts/known-fields'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { CampaignRow } from '../../../stores/campaign-store'
import type { AppContext } from '../../app'
import { check, invalid, readChecked } from '../../plumbing/field-errors'
import { problem } from '../../plumbing/reply'
import { filterErrors } from '../filter-fit'

/**
 * @param known the contract that is replaced, whose secrets the writer may send back masked
 * @returns the contract with its secrets, or the answer that says what is wrong
 */
export async function readContract(
  c: AppContext,
  campaign: CampaignRow,
  known: BuyerContractRow | null,
): Promise<BuyerContractInput | Response> {
  const written = await readChecked(c, buyerContractSchema)
  return written instanceof Response ? written : checkContract(c, { written, campaign, known, at: '' })
}

export interface WrittenContract {
  /** As its schema took it. */
  readonly written: BuyerContractInput
  readonly campaign: CampaignRow
  /** The contract whose secrets a mask may stand for. */
  readonly known: BuyerContractRow | null
  /** Where in the body it stands, with a dot at the end; '' where it is the body. */
  readonly at: string
}

/** @returns the contract with its secrets, or the answer that says what is wrong */
export async function checkContract(
  c: AppContext,
  { written, campaign, known, at }: WrittenContract,
): Promise<BuyerContractInput | Response> {
  const filters = check(leadFiltersSchema, written.filters ?? [])
  if (!filters.ok) {
    const errors = filters.errors.map((error) => ({ ...error, field: `${at}filters.${error.field}` }))
    return invalid(c, errors)
  }
  const misfits = filterErrors(campaign.settings.fields, filters.value, `${at}filters`)
  if (misfits.length > 0) return invalid(c, misfits)
  const contract = await unmask(c, { written, campaign, known, at })
  return contract instanceof Response ? contract : ((await refuseContract(c, contract, { campaign, at })) ?? contract)
}

/** @returns 422 with all that keeps a buyer from being spoken to so, else null */
export async function refuseContract(
  c: AppContext,
  contract: BuyerContractInput,
  { campaign, at }: Pick<WrittenContract, 'campaign' | 'at'>,
): Promise<Response | null> {
  const { allowLoopbackBuyers: allowLoopback, contractCompiler } = c.var.services
  const allowTestBuyers = (await c.var.services.stores(c.var.principal.tenantId).tenant.read()).mode === 'sandbox'
  const piiFields = personalFieldNames(campaign.settings.fields)
  const problems = contractCompiler.check(contract, { piiFields, allowLoopback, allowTestBuyers })
  if (problems.length === 0) return null
  const fieldErrors = problems.map((error) => ({ ...error, field: at + error.field }))
  return problem(c, 'invalid_payload', { fieldErrors })
}

/** Sealed secrets are opened only where the body asks to keep one. */
async function unmask(c: AppContext, { written, known, at }: WrittenContract): Promise<BuyerContractInput | Response> {
  const { contractCompiler } = c.var.services
  const blind = contractCompiler.unmaskSecrets(written, null)
  if (blind.missing.length === 0) return blind.contract
  const stored = known === null ? null : { contract: known.settings, secrets: await secretsOf(c, known) }
  const { contract, missing, moved } = contractCompiler.unmaskSecrets(written, stored)
  if (missing.length === 0 && moved.length === 0) return contract
  const error = (expected: string) => (field: string) => {
    return { field: at + field, code: 'invalid_value' as const, expected }
  }
  return invalid(c, [
    ...missing.map(error('the secret itself; there is none that the mask could stand for')),
    ...moved.map(error('the secret itself; the one that the mask stands for was given for other hosts')),
  ])
}

/** @returns the secrets of a stored contract, by their path in it */
export async function secretsOf(c: AppContext, row: BuyerContractRow | null): Promise<ContractSecrets> {
  const sealed = row?.sealedSecrets ?? null
  return sealed === null ? {} : (JSON.parse(await c.var.services.openSecrets(sealed)) as ContractSecrets)
}

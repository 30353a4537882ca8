/** Reads a buyer contract from a body and checks all of it: its shape, its secrets, and whether a buyer can be spoken to so. */
import { type BuyerContractInput, buyerContractSchema, type ContractSecrets } from '../../../contracts/buyer-contract'
import { leadFiltersSchema } from '../../../contracts/campaign'
import { personalFieldNames } from '../../../contracts/known-fields'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { CampaignRow } from '../../../stores/campaign-store'
import type { AppContext } from '../../app'
import { check, invalid, readChecked } from '../../plumbing/field-errors'
import { problem } from '../../plumbing/reply'

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
  if (written instanceof Response) return written
  const filters = check(leadFiltersSchema, written.filters ?? [])
  if (!filters.ok)
    return invalid(
      c,
      filters.errors.map((error) => ({ ...error, field: `filters.${error.field}` })),
    )

  const contract = await unmask(c, written, known)
  if (contract instanceof Response) return contract
  const { allowLoopbackBuyers: allowLoopback, contractCompiler } = c.var.services
  const piiFields = personalFieldNames(campaign.settings.fields)
  const fieldErrors = contractCompiler.check(contract, { piiFields, allowLoopback })
  return fieldErrors.length > 0 ? problem(c, 'invalid_payload', { fieldErrors }) : contract
}

/** Sealed secrets are opened only where the body asks to keep one. */
async function unmask(
  c: AppContext,
  written: BuyerContractInput,
  known: BuyerContractRow | null,
): Promise<BuyerContractInput | Response> {
  const { contractCompiler, openSecrets } = c.var.services
  const blind = contractCompiler.unmaskSecrets(written, {})
  if (blind.missing.length === 0) return blind.contract
  const sealed = known?.sealedSecrets ?? null
  const secrets = sealed === null ? {} : (JSON.parse(await openSecrets(sealed)) as ContractSecrets)
  const { contract, missing } = contractCompiler.unmaskSecrets(written, secrets)
  if (missing.length === 0) return contract
  const errors = missing.map((field) => ({
    field,
    code: 'invalid_value' as const,
    expected: 'the secret itself; there is none that the mask could stand for',
  }))
  return invalid(c, errors)
}

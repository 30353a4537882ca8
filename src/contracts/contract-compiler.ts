/**
 * What the management API and the compiler of snapshots ask of those who know how buyers speak (src/buyers). They are handed
 * this, so that neither depends on templates, pipes and presets.
 */
import type { BuyerContractInput, ContractSecrets, ResolvedContract } from './buyer-contract'

export interface ContractProblem {
  /** Dotted path in the body, as `post.request.url`. */
  readonly field: string
  readonly code: string
  /** What would have been right, in words for a person. */
  readonly expected: string
}

/** What a contract is checked against. */
export interface ContractSurroundings {
  /** Names of the campaign's fields that are personal data. */
  readonly piiFields: readonly string[]
  readonly allowLoopback: boolean
  /** Whether the built-in buyers may be named, as in the sandbox; not where left out. */
  readonly allowTestBuyers?: boolean
}

export interface ContractCompiler {
  /** What no schema can see: templates that do not render, URLs that are not allowed, personal data in a ping. */
  check(contract: BuyerContractInput, surroundings: ContractSurroundings): readonly ContractProblem[]
  /** Fills in presets and defaults. The contract was checked; its secrets are blank and stay so. */
  resolve(contract: BuyerContractInput): ResolvedContract
  /** @returns the names of all lead fields that the templates read */
  fieldsRead(contract: ResolvedContract): readonly string[]
  splitSecrets(contract: BuyerContractInput): { readonly public: BuyerContractInput; readonly secrets: ContractSecrets }
  /** @returns the contract as it may be shown */
  maskSecrets(contract: BuyerContractInput): BuyerContractInput
  /**
   * Puts known secrets where the writer sent the mask back.
   *
   * @returns the contract, the paths whose mask stands for nothing, and those whose secret would go to another host
   */
  unmaskSecrets(
    contract: BuyerContractInput,
    known: { readonly contract: BuyerContractInput; readonly secrets: ContractSecrets } | null,
  ): { readonly contract: BuyerContractInput; readonly missing: readonly string[]; readonly moved: readonly string[] }
}

/** Hands those who write and publish configuration what src/buyers knows about buyers. */
import { checkBuyerContract } from '../src/buyers/contract/check'
import { fieldsRead } from '../src/buyers/contract/fields-read'
import { resolveContract } from '../src/buyers/contract/resolve'
import { maskSecrets, splitSecrets, unmaskSecrets } from '../src/buyers/contract/secrets'
import type { ContractCompiler } from '../src/contracts/contract-compiler'
import { checkBuyerUrl } from '../src/security/url-guard'

export const contractCompiler: ContractCompiler = {
  check: (contract, surroundings) => checkBuyerContract(contract, surroundings, checkBuyerUrl),
  resolve: resolveContract,
  fieldsRead,
  splitSecrets,
  maskSecrets,
  unmaskSecrets,
}

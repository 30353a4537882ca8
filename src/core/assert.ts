/** Fails to compile where a switch over a union forgets a member; throws if a value from outside slips past the types. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

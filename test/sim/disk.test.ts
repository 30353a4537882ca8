import { describe, expect, it } from 'vitest'
import { Disk } from '../../sim/engine/disk'

describe('what an object has stored', () => {
  it('is read as it was written, and lost by a crash as long as it is not durable', () => {
    const disk = new Disk()
    disk.put(1, 'key', 'value')
    expect(disk.get('key')).toBe('value')
    expect(disk.getDurable('key')).toBeUndefined()
    disk.crash(0)
    expect(disk.get('key')).toBeUndefined()
  })

  it('survives a crash once it is durable', () => {
    const disk = new Disk()
    disk.put(1, 'key', 'value')
    disk.flush()
    disk.put(2, 'key', 'newer')
    disk.crash(0)
    expect(disk.get('key')).toBe('value')
  })

  it('is saved or lost by turns: writes without an await between them stand or fall together', () => {
    const disk = new Disk()
    disk.put(1, 'a', 1)
    disk.put(1, 'b', 1)
    disk.put(2, 'c', 2)
    disk.crash(1)
    expect([disk.get('a'), disk.get('b'), disk.get('c')]).toEqual([1, 1, undefined])
  })

  it('stays deleted only once that is durable, too', () => {
    const disk = new Disk()
    disk.put(1, 'key', 'value')
    disk.flush()
    disk.put(2, 'key', undefined)
    expect(disk.get('key')).toBeUndefined()
    disk.crash(0)
    expect(disk.get('key')).toBe('value')
  })
})

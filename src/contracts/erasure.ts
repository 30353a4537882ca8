/** `/v1/erasures`: the erasure of a person, and its receipt. */
import { z } from '@hono/zod-openapi'

const instant = z.string().openapi({ format: 'date-time' })
const count = (description: string) => z.number().int().openapi({ description })

export const erasureSchema = z
  .object({
    id: z.string().openapi({ example: 'era_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    subject: z.enum(['phone', 'email']).openapi({ description: 'What the person was named by; it is kept nowhere.' }),
    status: z.enum(['running', 'completed']).openapi({ description: 'What is running goes on by itself.' }),
    requested_at: instant,
    completed_at: instant.nullable(),
    leads: count('Leads whose data was erased from the database, with the notes on them.'),
    auctions: count('Auctions whose record was erased: what was or will be sent, and what was answered.'),
    dead_letters: count('Messages that a queue had given up on, emptied.'),
    queues: z.literal('emptied_on_arrival').openapi({
      description: 'A message that is still on its way is stored without its data; its auction is erased then.',
    }),
    logs: z.literal('hold_no_personal_data'),
  })
  .openapi('Erasure')

export type ErasureWire = z.input<typeof erasureSchema>

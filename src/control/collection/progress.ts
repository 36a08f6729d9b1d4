import type { KeyedField, ShownBrand } from '../../contracts/card.ts'
import type { CollectionView, FieldView } from '../../contracts/desk-port.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'

/** What the agent sees of the fields: dots, never digits. */
export type Progress = {
  readonly fields: readonly FieldView[]
  readonly brand: ShownBrand | null
  readonly last4: string | null
  readonly deadlineAt: number | null
  /** The caller is on hold. */
  readonly suspended: boolean
}

export function noProgress(fields: readonly KeyedField[]): Progress {
  const waiting = fields.map((field) => ({ field, state: 'waiting', length: 0, fault: null }) as const)
  return { fields: waiting, brand: null, last4: null, deadlineAt: null, suspended: false }
}

/** The progress after one event of the vault. Pure. */
export function progressAfter(progress: Progress, event: VaultEvent): Progress {
  switch (event.type) {
    case 'field-asked':
      // A fault of this field stays to be read until the caller begins to key it again.
      return onField(progress, event.field, { state: 'asked', length: 0 })
    case 'field-progressed': {
      const next = onField(progress, event.field, { state: 'keying', length: event.length, fault: null })
      return event.brand ? { ...next, brand: event.brand } : next
    }
    case 'field-accepted':
      return onField(progress, event.field, { state: 'accepted', length: event.length, fault: null })
    case 'field-rejected':
      return onField(progress, event.field, { state: 'rejected', length: 0, fault: event.fault })
    case 'field-cleared':
      return emptiedFrom(progress, event.field)
    case 'deadline-moved':
      return { ...progress, deadlineAt: event.deadlineAt }
    case 'suspended':
      return { ...progress, suspended: event.suspended }
    case 'collected': {
      const fields = progress.fields.map((field) => ({ ...field, state: 'accepted', fault: null }) as const)
      return { ...progress, fields, brand: event.card.brand, last4: event.card.last4, suspended: false }
    }
    case 'ended':
      return { ...progress, deadlineAt: null }
    case 'card-posted':
      // Of a card that nobody keyed with us: there is no progress to show.
      return progress
  }
}

function onField(progress: Progress, field: KeyedField, change: Partial<FieldView>): Progress {
  const fields = progress.fields.map((view) => (view.field === field ? { ...view, ...change } : view))
  return { ...progress, fields }
}

/** Clearing a field empties everything after it too. */
function emptiedFrom(progress: Progress, field: KeyedField): Progress {
  const from = progress.fields.findIndex((view) => view.field === field)
  const fields = progress.fields.map((view, index): FieldView => {
    if (index < from) return view
    return { ...view, state: index === from ? 'asked' : 'waiting', length: 0, fault: null }
  })
  return field === 'pan' ? { ...progress, fields, brand: null, last4: null } : { ...progress, fields }
}

export type ViewOptions = {
  readonly id: string
  readonly at: 'idle' | 'arming' | 'collecting' | 'collected' | 'sending' | 'ended'
  readonly secured: boolean
  readonly why: string | null
  readonly progress: Progress
}

export function viewOf({ id, at, secured, why, progress }: ViewOptions): CollectionView {
  const { fields, brand, last4, deadlineAt, suspended } = progress
  const state = at === 'idle' ? 'arming' : at === 'sending' ? 'collected' : at
  return {
    id,
    state,
    secured,
    fields: state === 'arming' ? fields.map(notAskedYet) : [...fields],
    brand,
    last4,
    suspended: state !== 'ended' && suspended,
    deadlineAt: state === 'ended' || suspended ? null : deadlineAt,
    why,
  }
}

/** The card process waits for its first digit before the bridge has a way to it: what were keyed now would be lost. */
function notAskedYet(view: FieldView): FieldView {
  return view.state === 'asked' ? { ...view, state: 'waiting' } : view
}

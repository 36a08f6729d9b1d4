import { html, type TemplateResult } from 'lit'
import type { PlanSchedule } from '../contracts/plans.ts'

/** Fields of a schedule, named as the contract names them. */
export function scheduleFields(before: PlanSchedule | null): TemplateResult {
  const every = before?.every ?? 'month'
  const units = ['day', 'week', 'month', 'year'] as const
  return html`
    <div>
      <label for="interval">Every</label>
      <input id="interval" name="interval" type="number" min="1" max="366" required .value=${String(before?.interval ?? 1)} />
    </div>
    <div>
      <label for="every">Unit</label>
      <select id="every" name="every">
        ${units.map((unit) => html`<option value=${unit} ?selected=${unit === every}>${unit}</option>`)}
      </select>
    </div>
    <div>
      <label for="firstDate">First date</label>
      <input id="firstDate" name="firstDate" type="date" required .value=${before?.firstDate ?? ''} />
    </div>
    <div>
      <label for="time">At</label>
      <input id="time" name="time" type="time" required .value=${before?.time ?? '09:00'} />
    </div>
    <div>
      <label for="zone">The customer’s time zone</label>
      <input id="zone" name="zone" required maxlength="64" autocomplete="off" .value=${before?.zone ?? ownZone()} />
    </div>
  `
}

export function readSchedule(form: FormData): PlanSchedule {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    every: text('every') as PlanSchedule['every'],
    interval: Number(text('interval')),
    ...{ firstDate: text('firstDate'), time: text('time').slice(0, 5), zone: text('zone') },
  }
}

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

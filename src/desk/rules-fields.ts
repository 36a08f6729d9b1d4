import { html, LitElement, type TemplateResult } from 'lit'
import type { AdapterResource, RecordRules } from '../contracts/connections.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'

/** How the record of a payment is found: by what the payment says, else by the caller's number, else by a person. */
export class RulesFields extends LitElement {
  static override properties = {
    rules: { attribute: false },
    kinds: { attribute: false },
    sort: { attribute: false },
  }
  static override styles = [controlStyles, formStyles]

  /** Null: those of a new connection. */
  declare rules: RecordRules | null
  declare kinds: readonly string[]
  declare sort: AdapterResource['sort']

  constructor() {
    super()
    this.rules = null
    this.kinds = []
    this.sort = 'crm'
  }

  /** What stands in the fields now. */
  read(): RecordRules {
    const text = (id: string) => (this.renderRoot.querySelector(`#${id}`) as HTMLInputElement).value.trim()
    const flag = (id: string) => (this.renderRoot.querySelector(`#${id}`) as HTMLInputElement).checked
    return {
      ...{ metadataKey: text('metadataKey'), orReference: flag('orReference'), byPhone: flag('byPhone') },
      ...{ kind: text('kind') || null, country: text('country').toUpperCase() },
      ...{ none: text('none') as RecordRules['none'], many: text('many') as RecordRules['many'] },
    }
  }

  override render(): TemplateResult {
    // Books know invoices by number; callers' numbers are known to CRMs.
    const isCrm = this.sort === 'crm'
    const { metadataKey, orReference, byPhone, kind, none, many, country } = this.rules ?? {
      ...{ metadataKey: isCrm ? 'crmRecord' : 'invoice', orReference: !isCrm, byPhone: isCrm },
      ...{ kind: null, none: 'hold', many: 'hold', country: 'GB' },
    }
    return html`<div class="fields">
      <div>
        <label for="metadataKey">Entry of the payment’s or the call’s metadata that names it</label>
        <input id="metadataKey" maxlength="40" .value=${metadataKey} />
      </div>
      <label class="check"><input id="orReference" type="checkbox" .checked=${orReference} /> else the payment’s own reference</label>
      <label class="check"><input id="byPhone" type="checkbox" .checked=${byPhone} /> else look for the caller’s number</label>
      <div>
        <label for="kind">What is looked for by number</label>
        <select id="kind">
          ${this.kinds.map((one, n) => html`<option value=${one} ?selected=${kind === one || (kind === null && n === 0)}>${one}</option>`)}
        </select>
      </div>
      <div>
        <label for="none">Nobody has the number</label>
        ${choice('none', none, { hold: 'an agent names the record', skip: 'nothing is written' })}
      </div>
      <div>
        <label for="many">Several have it</label>
        ${choice('many', many, { hold: 'an agent chooses', newest: 'the one changed last' })}
      </div>
      <div>
        <label for="country">Country of numbers without a code (ISO 3166-1)</label>
        <input id="country" maxlength="2" .value=${country} />
      </div>
    </div>`
  }
}

function choice(id: string, chosen: string, names: Readonly<Record<string, string>>): TemplateResult {
  return html`<select id=${id}>
    ${Object.entries(names).map(([value, name]) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}
  </select>`
}

customElements.define('rules-fields', RulesFields)

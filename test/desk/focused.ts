import type { Page } from 'playwright-core'

/** Text of the element that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    let at = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    return at?.textContent?.trim().replace(/\\s+/g, ' ') ?? ''
  })()`)
}

import { css } from 'lit'

/** Tables of the results page: they scroll by themselves where the window is narrow. */
export const tableStyles = css`
  :host {
    display: grid;
    gap: 1rem;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.92rem;
  }
  th,
  td {
    padding: 0.55rem 0.8rem 0.55rem 0;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: middle;
  }
  th {
    color: var(--ink-soft);
    font-weight: 550;
  }
  .code {
    max-width: 14rem;
    overflow-wrap: anywhere;
    font-family: var(--mono);
    font-size: 0.82rem;
  }
  .dead,
  .disabled {
    color: var(--lost);
    font-weight: 550;
  }
  select {
    width: auto;
  }
  .row label {
    margin: 0;
  }
  ol {
    margin: 0;
    padding-left: 1.3rem;
  }
`

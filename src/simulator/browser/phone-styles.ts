import { css } from 'lit'

/** Controls of the phone, the same in every element. */
export const phoneStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  p {
    margin: 0;
  }
  h2 {
    font-size: 1.1rem;
    font-weight: 650;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 2.5rem;
    padding: 0.35rem 0.9rem;
    border: 1px solid var(--line-strong);
    border-radius: 10px;
    background: var(--surface);
    cursor: pointer;
  }
  button:disabled {
    cursor: not-allowed;
    border-style: dashed;
    background: var(--sunken);
    color: var(--ink-soft);
  }
  .hint {
    color: var(--ink-soft);
    font-size: 0.92rem;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  .card {
    padding: clamp(1rem, 3vw, 1.5rem);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
`

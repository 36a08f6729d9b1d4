import { css } from 'lit'

/** Buttons, inputs, headings and messages, the same in every element of the desk. */
export const controlStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  h4,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  h2 {
    font-size: 1.25rem;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.25;
  }
  h3,
  h4 {
    font-size: 1rem;
    font-weight: 600;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 2.75rem;
    padding: 0.5rem 1.1rem;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
    font-weight: 550;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    border-color: var(--accent);
    color: var(--accent-strong);
  }
  button.main {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  button.main:hover:not(:disabled) {
    background: var(--accent-strong);
    color: var(--on-accent);
  }
  button.small {
    min-height: 2.25rem;
    padding: 0.2rem 0.75rem;
    font-size: 0.9rem;
  }
  button[aria-busy='true'] {
    cursor: progress;
    opacity: 0.75;
  }
  button:disabled {
    cursor: not-allowed;
    border-style: dashed;
    background: var(--sunken);
    color: var(--ink-soft);
  }
  label {
    display: block;
    margin-bottom: 0.3rem;
    font-weight: 550;
  }
  input:not([type='checkbox']),
  select {
    width: 100%;
    min-height: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
  }
  input[aria-invalid='true'] {
    border-color: var(--lost);
    box-shadow: inset 0 0 0 1px var(--lost);
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 1px;
  }
  [tabindex='-1']:focus-visible {
    outline-offset: 4px;
  }
  .hint {
    color: var(--ink-soft);
    font-size: 0.9rem;
  }
  input ~ .hint {
    margin-top: 0.35rem;
  }
  .fault {
    color: var(--lost);
    font-size: 0.9rem;
    font-weight: 550;
  }
  .refusal {
    padding: 0.75rem 1rem;
    border-left: 4px solid var(--lost);
    border-radius: 6px;
    background: var(--lost-wash);
    color: var(--ink);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: center;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`

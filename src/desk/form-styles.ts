import { css } from 'lit'

/** Forms with many fields beside each other, and texts of several lines. */
export const formStyles = css`
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
    gap: 0.9rem 1.1rem;
    align-items: start;
  }
  textarea {
    width: 100%;
    min-height: 5rem;
    padding: 0.6rem 0.75rem;
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    background: var(--surface);
    color: inherit;
    font-family: var(--mono);
    font-size: 0.82rem;
  }
  .check {
    display: flex;
    gap: 0.6rem;
    align-items: center;
    min-height: 2.75rem;
    margin: 0;
    font-weight: 400;
  }
  .check input {
    flex: none;
    width: 1.15rem;
    height: 1.15rem;
    accent-color: var(--accent);
  }
`

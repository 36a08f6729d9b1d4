/** A request of the NG protocol that is refused. The message goes to the sender as `error-reason`: it quotes nothing. */
export class NgRefused extends Error {}

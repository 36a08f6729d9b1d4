import { AppError } from '../base/errors.ts'

/** A protection that production requires is off on this machine; `tonewall posture` names it. */
export class VaultDegraded extends AppError {
  readonly code = 'VAULT_DEGRADED'
  readonly remedy = 'page-someone'
  /** Names of protections, nothing of any case. */
  constructor(missing: readonly string[]) {
    super(`production requires protections that are off here: ${missing.join(', ')}`)
  }
}

/** A card process could not be started, or ended before it was ready: a wrong `cardEntry`, or rights that are missing. */
export class CardProcessNotStarted extends AppError {
  readonly code = 'CARD_PROCESS_NOT_STARTED'
  readonly remedy = 'page-someone'
  constructor() {
    super('a card process did not start: is cardEntry compiled, and may its user read it and run Node?')
  }
}

/** The file of a gateway's CA cannot be read, or holds no certificate. */
export class GatewayCaUnreadable extends AppError {
  readonly code = 'GATEWAY_CA_UNREADABLE'
  readonly remedy = 'page-someone'
}

/** A file of vault.modulus cannot be read, or has a line that is none of Vocalink's: named by its number, never quoted. */
export class ModulusFileUnreadable extends AppError {
  readonly code = 'MODULUS_FILE_UNREADABLE'
  readonly remedy = 'page-someone'
  constructor(key: 'weightsFile' | 'substitutesFile', line: number | null) {
    const why = line === null ? 'cannot be read by the vault' : `has something else on line ${line}`
    super(`vault.modulus.${key} ${why}: download Vocalink’s modulus checking files again`)
  }
}

/** The certificate or key file of the pay door cannot be read. */
export class DoorCertificateUnreadable extends AppError {
  readonly code = 'DOOR_CERTIFICATE_UNREADABLE'
  readonly remedy = 'page-someone'
  constructor() {
    super('vault.payDoor: certificateFile or keyFile cannot be read by the vault')
  }
}

/** The configuration names a connector for which the vault has no policy: it could never send anything. */
export class ConnectorWithoutPolicy extends AppError {
  readonly code = 'CONNECTOR_WITHOUT_POLICY'
  readonly remedy = 'page-someone'
}

/** No gateway of the vault's configuration has this connector and origin. */
export class GatewayNotAllowed extends AppError {
  readonly code = 'GATEWAY_NOT_ALLOWED'
  readonly remedy = 'fix-request'
}

/** A collection needs the card number and the expiry, and each field at most once. */
export class FieldsNotCollectable extends AppError {
  readonly code = 'FIELDS_NOT_COLLECTABLE'
  readonly remedy = 'fix-request'
}

/** As many collections as the configuration allows are open. */
export class VaultFull extends AppError {
  readonly code = 'VAULT_FULL'
  readonly remedy = 'retry'
}

/** The vault is stopping and opens nothing more. */
export class VaultStopping extends AppError {
  readonly code = 'VAULT_STOPPING'
  readonly remedy = 'retry'
}

/** A collection of this id is open already. */
export class CollectionExists extends AppError {
  readonly code = 'COLLECTION_EXISTS'
  readonly remedy = 'fix-request'
}

/** There is no such collection, or it has ended. */
export class CollectionUnknown extends AppError {
  readonly code = 'COLLECTION_UNKNOWN'
  readonly remedy = 'fix-request'
}

/** The collection's fields are complete: none of them can be cleared any more. */
export class CollectionNotAtThat extends AppError {
  readonly code = 'COLLECTION_NOT_AT_THAT'
  readonly remedy = 'fix-request'
}

/** The card process is sending already: one request at a time. */
export class SendUnderWay extends AppError {
  readonly code = 'SEND_UNDER_WAY'
  readonly remedy = 'fix-request'
}

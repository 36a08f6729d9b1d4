import { AppError } from '../../base/errors.ts'

/** No such plan of this merchant. */
export class PlanNotFound extends AppError {
  readonly code = 'PLAN_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such plan')
  }
}

/** The plan has come to its end, or is not in a state for that. */
export class PlanStateRefused extends AppError {
  readonly code = 'PLAN_STATE_REFUSED'
  readonly remedy = 'fix-request'
  constructor(order: string, status: string) {
    super(`a plan that is ${status} cannot be ${order}`)
  }
}

/** What is asked for cannot be changed of this plan, or cannot be planned. */
export class PlanInvalid extends AppError {
  readonly code = 'PLAN_INVALID'
  readonly remedy = 'fix-request'
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

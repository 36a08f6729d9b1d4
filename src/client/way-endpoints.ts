import { Page, PaymentResource, SplitPayment } from '../contracts/desk-port.ts'
import { NewPayLink } from '../contracts/pay-links.ts'
import { ChangePlan, NewPlan, PlanResource } from '../contracts/plans.ts'
import { KeepCard, StoredCardResource, UseStoredCard } from '../contracts/stored-cards.ts'
import { all, answers, nothing, takes } from './endpoint.ts'

/** Ways to pay beside a keyed card. */
export const wayEndpoints = {
  sendPayLink: takes(NewPayLink, PaymentResource),
  withdrawPayLink: takes(nothing, PaymentResource),
  splitPayment: takes(SplitPayment, all(PaymentResource)),
  createPlan: takes(NewPlan, PlanResource),
  listPlans: answers(Page(PlanResource)),
  getPlan: answers(PlanResource),
  changePlan: takes(ChangePlan, PlanResource),
  pausePlan: takes(nothing, PlanResource),
  resumePlan: takes(nothing, PlanResource),
  cancelPlan: takes(nothing, PlanResource),
  keepCard: takes(KeepCard, PaymentResource),
  payWithStoredCard: takes(UseStoredCard, PaymentResource),
  listStoredCards: answers(all(StoredCardResource)),
  getStoredCard: answers(StoredCardResource),
  forgetStoredCard: takes(nothing, StoredCardResource),
} as const

import { Problem } from '../contracts/desk-port.ts'
import { ApiClient, type ApiClientOptions } from './api-client.ts'
import { endpoints } from './endpoints.ts'

export type ClientOptions = Omit<ApiClientOptions, 'apiKey' | 'reader'> & { readonly apiKey: string }

/** The client of merchants' systems: answers are checked against the contracts, so that they are what their types say. */
export class TonewallClient extends ApiClient {
  constructor(options: ClientOptions) {
    const reader = {
      answer: (name: keyof typeof endpoints, json: unknown) => endpoints[name].answer.parse(json),
      problem: (json: unknown) => Problem.parse(json),
    }
    super({ ...options, reader })
  }
}

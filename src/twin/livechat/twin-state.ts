import type { AppRegistration } from './app-registration.ts';
import type { LiveChatCall } from './calls.ts';
import type { CredentialStore } from './credentials.ts';
import type { Customers } from './customers.ts';
import type { Faults } from './faults.ts';

/** What the twin's addresses share. */
export interface TwinState {
  app: AppRegistration;
  customers: Customers;
  credentials: CredentialStore;
  faults: Faults;
  calls: LiveChatCall[];
  /** Seconds that a customer token lives where the request does not say. */
  tokenLifetime: number;
}

/** Seconds; LiveChat's default for agents and customers alike. */
export const usualLifetime = 28_800;

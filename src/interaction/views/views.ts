import { renderConsent } from './consent.ts';
import { renderContinue } from './continue.ts';
import { renderError } from './error.ts';
import { renderIssuers } from './issuers.ts';
import { renderLogin } from './login.ts';
import { renderLogout } from './logout.ts';
import type {
  ConsentModel,
  ContinueModel,
  ErrorModel,
  IssuersModel,
  LoginModel,
  LogoutModel,
  OnwardModel,
  PageMessageModel,
  SecondFactorModel,
  SessionLostModel,
  SignedOutModel,
  WaysModel,
} from './models.ts';
import { renderOnward } from './onward.ts';
import { renderPageMessage } from './page-message.ts';
import { renderSecondFactor } from './second-factor.ts';
import { renderSessionLost } from './session-lost.ts';
import { renderSignedOut } from './signed-out.ts';
import { renderWays } from './ways.ts';

/** Everything that a consumer is shown: pure functions from a model to a whole HTML document. */
export interface Views {
  login(model: LoginModel): string;
  secondFactor(model: SecondFactorModel): string;
  ways(model: WaysModel): string;
  onward(model: OnwardModel): string;
  consent(model: ConsentModel): string;
  continue(model: ContinueModel): string;
  logout(model: LogoutModel): string;
  signedOut(model: SignedOutModel): string;
  error(model: ErrorModel): string;
  sessionLost(model: SessionLostModel): string;
  issuers(model: IssuersModel): string;
  pageMessage(model: PageMessageModel): string;
}

export function createViews(): Views {
  return {
    login: renderLogin,
    secondFactor: renderSecondFactor,
    ways: renderWays,
    onward: renderOnward,
    consent: renderConsent,
    continue: renderContinue,
    logout: renderLogout,
    signedOut: renderSignedOut,
    error: renderError,
    sessionLost: renderSessionLost,
    issuers: renderIssuers,
    pageMessage: renderPageMessage,
  };
}

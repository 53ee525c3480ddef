/** Said wherever nothing was found for an account: whoever typed the login would take that for an answer. */
export const idNotLogin = "(an account's id is asked for here, not its login)";

import { randomText } from "../ids.js";
import { AccountData, type ServerContext } from "./account-data.js";

/** The data of every account, the platform's own and connected ones, kept apart by mode. */
export class Accounts {
  readonly platformAccount: string = `acct_1${randomText(15)}`;
  readonly #accounts = new Map<string, AccountData>();
  readonly #context: ServerContext;
  readonly #onFirstUse: (account: AccountData) => void;

  constructor(context: ServerContext, onFirstUse: (account: AccountData) => void) {
    this.#context = context;
    this.#onFirstUse = onFirstUse;
  }

  platform(livemode: boolean): AccountData {
    return this.of(this.platformAccount, livemode);
  }

  /** Whether the account is the platform's own or connected to it. */
  knows(accountId: string): boolean {
    return (
      accountId === this.platformAccount ||
      [false, true].some((livemode) => this.platform(livemode).of("account").get(accountId) !== undefined)
    );
  }

  of(accountId: string, livemode: boolean): AccountData {
    const name = `${livemode ? "live" : "test"} ${accountId}`;
    const present = this.#accounts.get(name);
    if (present !== undefined) return present;
    const account = new AccountData(
      {
        accountId,
        isPlatform: accountId === this.platformAccount,
        livemode,
        otherMode: () => this.of(accountId, !livemode),
      },
      this.#context,
    );
    this.#accounts.set(name, account);
    this.#onFirstUse(account);
    return account;
  }

  /** Every account and mode that was used. */
  all(): Iterable<AccountData> {
    return this.#accounts.values();
  }
}

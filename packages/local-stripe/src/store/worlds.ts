import { randomText } from "../ids.js";
import { type Surroundings, World } from "./world.js";

/** All the worlds of a server: one for each mode of the platform's account and of every connected account. */
export class Worlds {
  readonly platformAccount: string = `acct_1${randomText(15)}`;
  readonly #worlds = new Map<string, World>();
  readonly #surroundings: Surroundings;
  readonly #onFirstUse: (world: World) => void;

  constructor(surroundings: Surroundings, onFirstUse: (world: World) => void) {
    this.#surroundings = surroundings;
    this.#onFirstUse = onFirstUse;
  }

  platform(livemode: boolean): World {
    return this.of(this.platformAccount, livemode);
  }

  /** Whether the account is the platform's own or connected to it. */
  knows(account: string): boolean {
    return (
      account === this.platformAccount ||
      [false, true].some((livemode) => this.platform(livemode).of("account").get(account) !== undefined)
    );
  }

  of(account: string, livemode: boolean): World {
    const name = `${livemode ? "live" : "test"} ${account}`;
    const present = this.#worlds.get(name);
    if (present !== undefined) return present;
    const world = new World(
      {
        account,
        isPlatform: account === this.platformAccount,
        livemode,
        twin: () => this.of(account, !livemode),
      },
      this.#surroundings,
    );
    this.#worlds.set(name, world);
    this.#onFirstUse(world);
    return world;
  }

  /** Every world that was used. */
  all(): Iterable<World> {
    return this.#worlds.values();
  }
}

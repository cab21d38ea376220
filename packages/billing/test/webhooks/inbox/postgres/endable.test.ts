import { expect, test } from "vitest";
import { endable } from "../../../../src/webhooks/inbox/postgres/endable.js";

const OVER = "The transaction is over.";

/** A client as libraries write them: with a private field, a property, and a symbol that printing asks for. */
class Client {
  readonly #rows = ["one"];
  readonly name = "client";
  readonly [Symbol.toStringTag] = "Client";
  query(text: string) {
    return [...this.#rows, text];
  }
  who() {
    return this;
  }
}

test("a client works as itself until it is ended, and refuses everything after that", () => {
  const client = new Client();
  const { facade, end } = endable(client, OVER);
  expect(facade.query("two")).toEqual(["one", "two"]);
  expect(facade.who()).toBe(client);
  expect(facade.name).toBe("client");
  const query = facade.query.bind(facade);
  end();
  expect(() => facade.query("late")).toThrow(OVER);
  expect(() => facade.name).toThrow(OVER);
  expect(() => query("late")).toThrow(OVER);
});

test("what is printed or inspected is not refused after the end", () => {
  const { facade, end } = endable(new Client(), OVER);
  end();
  expect(Object.prototype.toString.call(facade)).toBe("[object Client]");
});

test("a method that is called on something else is called on that", () => {
  const { facade } = endable(
    {
      name: "client",
      whose(this: { readonly name: string }) {
        return this.name;
      },
    },
    OVER,
  );
  expect(facade.whose.call({ name: "other" })).toBe("other");
});

test("some properties are replaced by others", () => {
  const { facade } = endable({ query: () => "asked", release: () => "released" }, OVER, {
    release: () => "kept",
  });
  expect([facade.query(), facade.release()]).toEqual(["asked", "kept"]);
});

test("a client that is a function, as those of tagged templates are, is called until it is ended", () => {
  const sql = Object.assign((text: string) => `ran ${text}`, { json: (value: unknown) => String(value) });
  const { facade, end } = endable(sql, OVER);
  expect([facade("one"), facade.json(1)]).toEqual(["ran one", "1"]);
  end();
  expect(() => facade("late")).toThrow(OVER);
});

test.each([undefined, null, "none", 1])("what is no client is handed on as it is: %s", (value) => {
  const { facade, end } = endable(value, OVER);
  expect(facade).toBe(value);
  expect(end).not.toThrow();
});

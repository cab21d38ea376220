import type { FC } from "hono/jsx";

/** A name, and an amount in the currency's minor unit. */
export type AmountRow = readonly [name: string | null, amount: number];

interface AmountTableProps {
  readonly rows: readonly AmountRow[];
  /** Below the others. */
  readonly totals?: readonly AmountRow[];
  readonly money: (amount: number) => string;
}

/** A table of what something is made up of. */
export const AmountTable: FC<AmountTableProps> = ({ rows, totals, money }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Description</th>
        <th scope="col" class="amount">
          Amount
        </th>
      </tr>
    </thead>
    <tbody>
      {rows.map(([name, amount]) => (
        <tr>
          <td>{name}</td>
          <td class="amount">{money(amount)}</td>
        </tr>
      ))}
    </tbody>
    {totals === undefined ? null : (
      <tfoot>
        {totals.map(([name, amount]) => (
          <tr>
            <th scope="row">{name}</th>
            <td class="amount">{money(amount)}</td>
          </tr>
        ))}
      </tfoot>
    )}
  </table>
);

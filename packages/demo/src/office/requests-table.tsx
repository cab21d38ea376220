import type { RequestRecord } from "@repo/billing";
import type { FC } from "hono/jsx";
import { formatTime } from "../pages/wording.js";
import type { RequestLog } from "./request-log.js";

export const RequestsTable: FC<{ readonly requests: RequestLog }> = ({ requests: { retried, atOnce } }) => (
  <>
    <p class="hint">
      {atOnce === 1 ? "One request was" : `${atOnce} requests were`} answered at the first try. Below are
      those that were sent again, under the same idempotency key, so that each change was made once.
    </p>
    {retried.length === 0 ? null : (
      <table class="log">
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">Tenant</th>
            <th scope="col">Tries</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {retried.map((request) => (
            <Row request={request} />
          ))}
        </tbody>
      </table>
    )}
  </>
);

const Row: FC<{ readonly request: RequestRecord }> = ({ request }) => {
  const { call, tenantId, tries, status, errorCode, durationMs, startedAt } = request;
  return (
    <tr>
      <th scope="row">
        <code>{call}</code>
      </th>
      <td>{tenantId ?? "–"}</td>
      <td>
        <span class="state open">{tries} tries</span>
      </td>
      <td>
        {errorCode ?? status ?? "No answer"}{" "}
        <span class="hint">
          {Math.round(durationMs)} ms, <time dateTime={startedAt.toISOString()}>{formatTime(startedAt)}</time>
        </span>
      </td>
    </tr>
  );
};

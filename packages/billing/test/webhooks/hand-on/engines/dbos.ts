import { DBOS, DBOSClient } from "@dbos-inc/dbos-sdk";
import { handOn, PROCESS, registerQueue, registerWorkflow, sweep } from "../recipes/dbos.js";
import type { OpenEngine } from "./engine.js";

const nothing = () => undefined;
const logger = { info: nothing, warn: nothing, error: nothing, debug: nothing };

export const open: OpenEngine = async ({ url, schema, pool, release }, carryOut) => {
  const tables = { systemDatabaseUrl: url, systemDatabaseSchemaName: schema, logger };
  DBOS.setConfig({ name: "hand-on", runAdminServer: false, ...tables, ...PROCESS });
  registerWorkflow(carryOut);
  const other = release === "first" ? async () => "another workflow" : async () => "the same, changed since";
  DBOS.registerWorkflow(other, { name: "other" });
  await DBOS.launch();
  await registerQueue();
  const client = await DBOSClient.create(tables);
  return {
    handOn: (change, tx, attempt) => handOn(client, tx, change, attempt),
    stop: () => DBOS.shutdown(),
    close: () => client.destroy(),
    async passHour() {
      await pool.query(
        `UPDATE ${schema}.workflow_status SET started_at_epoch_ms = started_at_epoch_ms - 3600000
          WHERE status = 'PENDING'`,
      );
      await sweep();
    },
  };
};

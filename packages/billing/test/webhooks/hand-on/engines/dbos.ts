import { DBOS, DBOSClient } from "@dbos-inc/dbos-sdk";
import { handOn, registerQueue, registerWorkflow } from "../recipes/dbos.js";
import type { OpenEngine } from "./engine.js";

const nothing = () => undefined;
const logger = { info: nothing, warn: nothing, error: nothing, debug: nothing };

export const open: OpenEngine = async ({ url, schema }, carryOut) => {
  const tables = { systemDatabaseUrl: url, systemDatabaseSchemaName: schema, logger };
  DBOS.setConfig({ name: "hand-on", runAdminServer: false, ...tables });
  registerWorkflow(carryOut);
  await DBOS.launch();
  await registerQueue();
  const client = await DBOSClient.create(tables);
  return {
    handOn: (change, tx, attempt) => handOn(client, tx, change, attempt),
    stop: () => DBOS.shutdown(),
    close: () => client.destroy(),
  };
};

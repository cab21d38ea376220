import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { OPERATOR_OPTIONS, openOperator } from "../operator.js";
import { SERVICE_DETAILS } from "../service.js";

/** Says which tenant owns an object. */
export const diagnose: Command = defineCommand({
  name: "diagnose",
  summary: "says which tenant owns an object, or why no tenant can see it",
  details: `For operators: to a tenant, every object that it does not own is missing.\n\n${SERVICE_DETAILS}`,
  options: {
    object: {
      value: "<id>",
      help: "a customer, subscription, invoice, product, price or promotion code",
      required: true,
    },
    json: { help: "print the diagnosis as JSON" },
    ...OPERATOR_OPTIONS,
  },
  run: async (values, terminal) => {
    const operator = await openOperator(values, terminal);
    const diagnosis = await operator.diagnose(values.object);
    const { objectId, fact, advice, tenantId } = diagnosis;
    const text = `${objectId}: ${fact}\n${advice === null ? "" : `→ ${advice}\n`}`;
    terminal.out(values.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : text);
    return tenantId === null ? EXIT.found : EXIT.ok;
  },
});

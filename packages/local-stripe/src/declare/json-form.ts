import { invalid } from "../api-error.js";
import type { Form, FormValue } from "./form.js";

/** Reads the JSON body of a v2 call into the form that v1 calls send, so that one set of parameters reads both. */
export function decodeJson(text: string): Form {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid("Invalid request: the body is not valid JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid("Invalid request: the body must be a JSON object.");
  }
  return toForm(body);
}

function toForm(values: object): Form {
  const form: Form = Object.create(null);
  for (const [name, value] of Object.entries(values)) form[name] = toFormValue(value);
  return form;
}

/** `null` unsets a field, as the empty string does in a form. */
function toFormValue(value: unknown): FormValue {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) return toForm(value);
  return value === null ? "" : JSON.stringify(value);
}

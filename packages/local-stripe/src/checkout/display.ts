import { invalid } from "../api-error.js";
import { isBefore } from "../declare/versions.js";

/** The parameters that say where a session is shown, and where it leads to. */
export interface DisplayParams {
  readonly cancel_url?: string;
  readonly redirect_on_completion?: "always" | "if_required" | "never";
  readonly return_url?: string;
  readonly success_url?: string;
  readonly ui_mode?: "embedded" | "embedded_page" | "hosted" | "hosted_page";
}

export type UiMode = "embedded_page" | "hosted_page";

/** Which of them a session of a kind takes. */
const TAKEN: Readonly<Record<UiMode, readonly (keyof DisplayParams)[]>> = {
  hosted_page: ["success_url", "cancel_url"],
  embedded_page: ["return_url", "redirect_on_completion"],
};

/** Tells where a session is shown. Refuses, as Stripe does, what goes with the other way or is missing for this one. */
export function readUiMode(params: DisplayParams, version: string): UiMode {
  const uiMode = namedUiMode(params.ui_mode, version);
  const others = TAKEN[uiMode === "hosted_page" ? "embedded_page" : "hosted_page"];
  const misplaced = others.filter((name) => params[name] !== undefined).sort();
  if (misplaced.length > 0) {
    throw invalid(
      `The following parameters are not supported with 'ui_mode: ${params.ui_mode ?? uiMode}': ${misplaced.join(", ")}.`,
      misplaced[0],
    );
  }
  const staysThere = params.redirect_on_completion === "never";
  if (staysThere && params.return_url !== undefined) {
    throw invalid("You can not pass `return_url` when `redirect_on_completion` is `never`.", "return_url");
  }
  const needed = uiMode === "hosted_page" ? "success_url" : "return_url";
  if (!staysThere && params[needed] === undefined) {
    throw invalid(`Missing required param: ${needed}.`, needed, "parameter_missing");
  }
  return uiMode;
}

/** The names end in `_page` since the version of 2026-03-25. */
function namedUiMode(given: DisplayParams["ui_mode"], version: string): UiMode {
  if (given === undefined) return "hosted_page";
  const isOldName = given === "hosted" || given === "embedded";
  if (isOldName !== isBefore(version, "2026-03-25")) {
    throw invalid(`Invalid ui_mode: ${given} is not a value of the version ${version}`, "ui_mode");
  }
  return given === "embedded" || given === "embedded_page" ? "embedded_page" : "hosted_page";
}

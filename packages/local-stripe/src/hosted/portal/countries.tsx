import type { FC } from "hono/jsx";
import { namedCountries } from "../countries.js";
import { Choice, type FieldProps } from "./form.js";

/** A choice among the countries, by their names. */
export const CountryField: FC<FieldProps> = (props) => <Choice {...props} options={namedCountries()} />;

import { invalid } from "../../api-error.js";
import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import type { TaxIdRecord } from "../../store/records/customers.js";

export const TAX_ID_TYPES: readonly string[] =
  "ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_acn au_arn au_wpn aw_tin az_tin ba_tin bb_tin bd_bin bf_ifu bg_uic bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin bw_vat by_tin ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ca_pst_sk ca_qst cd_nif ch_uid ch_vat ci_vat cl_tin cm_niu cn_tin co_nit cr_tin cv_nif cz_dic de_stn do_rcn ec_ruc eg_tin es_cif et_tin eu_oss_vat eu_vat fo_vat fr_siren fr_siret fr_spi gb_vat ge_vat gh_tin gi_tin gn_nif hk_br hr_oib hu_tin ic_nif id_npwp il_vat in_gst is_kt is_vat it_cf jp_cn jp_rn jp_trn ke_pin kg_tin kh_tin kr_brn kz_bin la_tin li_uid li_vat lk_vat ma_vat md_cf md_vat me_pib mk_vat mr_nif mu_vat mx_rfc my_frp my_itn my_sst mz_nuit ng_tin no_vat no_voec np_pan nz_bn nz_gst om_vat pe_ruc ph_tin pl_nip pt_nif py_ruc ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sm_coe sn_ninea sr_fin sv_nit th_vat tj_tin tr_tin tt_bir tt_vat tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin zw_tin".split(
    " ",
  );

/** The forms by which values of these types are checked. Values of other types are not checked. */
const FORMS: Readonly<Record<string, RegExp>> = {
  ch_vat: /^CHE-?\d{3}\.?\d{3}\.?\d{3} ?(?:MWST|TVA|IVA)$/,
  eu_vat:
    /^(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z+*]{2,12}$/,
  gb_vat: /^(?:GB)?(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
  us_ein: /^\d{2}-?\d{7}$/,
};

/** The types that Stripe verifies with an authority, which takes some time. */
const VERIFIED: readonly string[] = ["au_abn", "eu_vat", "gb_vat"];

export interface NewTaxId {
  readonly type: string;
  readonly value: string;
}

/** Gives a customer a tax id. */
export function addTaxId(tx: Transaction, customer: string, { type, value }: NewTaxId): TaxIdRecord {
  if (listTaxIds(tx.account, customer).some((one) => one.type === type && one.value === value)) {
    throw invalid("This tax ID is already there.", "value", "resource_already_exists");
  }
  if (FORMS[type]?.test(value) === false) {
    throw invalid(`Invalid value for ${type}.`, "value", "tax_id_invalid");
  }
  const status = VERIFIED.includes(type) ? "pending" : "unavailable";
  const taxId: TaxIdRecord = {
    id: newId("txi"),
    object: "tax_id",
    country: taxIdCountry(type, value),
    created: tx.now,
    customer,
    customer_account: null,
    livemode: tx.account.livemode,
    owner: { customer, customer_account: null, type: "customer" },
    type,
    value,
    verification: { status, verified_address: null, verified_name: null },
  };
  return tx.insert("tax_id", taxId, "customer.tax_id.created");
}

export function listTaxIds(account: AccountData, customer: string): readonly TaxIdRecord[] {
  return account.of("tax_id").all({ customer });
}

/** Greece writes EL before its numbers, and Northern Ireland XI. */
function taxIdCountry(type: string, value: string): string {
  const prefix = (type === "eu_vat" ? value.slice(0, 2) : type.slice(0, 2)).toUpperCase();
  return { EL: "GR", XI: "GB" }[prefix] ?? prefix;
}

// Loads as a configuration does whose environment is wrong, with an error that quotes secrets.
throw new Error("no pool at postgres://app:hunter2@db/app for sk_test_51secretsecret and whsec_secretsecret");

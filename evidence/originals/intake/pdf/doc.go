// Package pdf reads what a PDF that somebody handed in says and is: its text,
// whether it is encrypted or would act when opened, and whether a signature
// stands in it.
//
// It is written here because the files are hostile and the libraries are not
// bounded: they follow a file's own tables, inflate without limit, and the small
// ones panic. This one never follows a table: it finds the objects by scanning,
// as viewers do with broken files, and every loop has a limit. It draws nothing,
// decrypts nothing, runs nothing and verifies no signature. Package intake
// imports it, and whoever cross-checks a receipt.
package pdf

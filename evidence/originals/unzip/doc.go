// Package unzip reads the archives in which wallets mail their bills: ZIP, also with a
// password, in the encryption of WinZip (AES) and in the old one of PKZIP.
//
// The passwords are an argument and are kept nowhere: not in an error, not in a result. It
// knows no bill, writes nothing to disk and does not make archives. Package decode runs it
// in a child process; it imports the standard library only.
package unzip

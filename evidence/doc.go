// Package evidence holds what a case's papers are made of: the folio, which is
// one case's journal, values and originals at one checkpoint.
//
// Its subpackages: journal (entries, Merkle tree, checkpoints); originals/blob
// (original bytes), originals/intake (what a received file is and shows),
// originals/statement (bill exports and receipts); dossier (the PDF) and
// typeset (fonts, lines and pages, the only importer of fpdf); bag (the BagIt
// zip); seal (signatures and time stamps); verify (the offline verifier, which
// imports none of the others). They import neither Temporal nor SQL, so they
// work as a library and from the command line.
package evidence

// Package evidence holds the packages that keep, show and prove evidence:
// journal (entries, Merkle tree, checkpoints); originals/blob (original bytes),
// originals/intake (what a received file is and shows), originals/statement
// (bill exports and receipts); folio (what the papers are made of); dossier (the
// PDF) and typeset (fonts, lines and pages, the only importer of fpdf); bag (the
// BagIt zip); seal (signatures and time stamps); verify (the offline verifier,
// which imports none of the others).
//
// They import neither Temporal nor SQL, so they work as a library and from the
// command line. The package itself has no code, only the tests of the goals that
// concern all of them.
package evidence

// Package evidence groups the packages that store, present and prove evidence:
// journal (entries, hash tree, checkpoints); originals/blob (original bytes),
// originals/intake (type, content and copies of a received file),
// originals/statement (bill exports and receipts), originals/transcript (chats, mails
// and texts as lines), originals/stills (sheets of films and sounds); folio (the data that documents are built from); dossier (the PDF) and typeset (fonts, lines and pages, the only
// importer of fpdf); bag (the BagIt zip); seal (signatures and time stamps); verify
// (the offline verifier, which imports none of the others).
//
// They import neither Temporal nor SQL, so they work as a library and from the
// command line. This package has no code, only the tests of the goals in
// docs/goals.md.
package evidence

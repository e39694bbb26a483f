// Package evidence holds what a case's papers are made of: the folio, which is
// one case's journal, values and originals at one checkpoint.
//
// Its rooms: journal (entries, Merkle tree, checkpoints), blob (original
// bytes), intake (what a received file is and tells),
// statement (bill exports and receipts), dossier (the PDF, the only importer of
// fpdf), bag (the BagIt zip), verify (the offline verifier, which imports none
// of the others). No Temporal, no SQL: usable as a library and from the
// command line. Every room above may import it; it imports only recovery.
package evidence

// Package bag writes a case's papers for machines: a BagIt 1.0 (RFC 8493) zip
// with the originals, the exact journal, the values its audience may see, the
// signed checkpoint, the public key, the dossier, and a script that checks all
// of it with nothing of ours.
//
// The same folio and dossier give the same bytes. Originals are streamed:
// memory does not grow with them. The package decides neither what an audience
// may see nor whether the journal is right: the folio says the first, package
// evidence/verify the second. Activities and commands may import it.
package bag

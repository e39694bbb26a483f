// Package bag writes the machine-readable export of a case: a BagIt 1.0 (RFC 8493)
// zip with the originals, the exact journal, the values its audience may see, the
// signed checkpoint, the public key, the dossier, and a script that verifies all of
// it without any program of this module.
//
// The same folio and dossier produce the same bytes. Originals are streamed, so
// memory use does not depend on their size. The folio decides what the audience may
// see; package evidence/verify checks whether the journal is correct.
package bag

// Package blob stores the original bytes of evidence, each content once, under
// its SHA-256: <dir>/ab/cdef….
//
// A file is received into a temporary file while it is hashed. Commit makes it a
// blob: it syncs the file, renames it and syncs the folder. So a file under a
// digest is always complete. A crash leaves only temporary files, which Open and
// SweepIncoming remove once they are an hour old. Memory use does not grow with file
// size. Space keeps a part of the disk free.
//
// A file may also arrive in parts, in any order and over several days. The parts
// are stored in their own folder until they are assembled into a received file.
//
// The package does not know what the bytes mean, who may see them or which case
// they belong to. File names from senders never become part of a path. Use cases,
// activities and commands may import it.
package blob

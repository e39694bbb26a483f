// Package blob keeps the original bytes of evidence, each content once, under
// its SHA-256: <dir>/ab/cdef….
//
// A file is received into a temporary file while it is hashed, and becomes a
// blob only by Commit: synced, renamed, folder synced. So whatever stands under
// a digest is whole, and a crash leaves nothing but temporary files, which the
// next Open sweeps once they are a day old. Memory stays flat at any size.
//
// A file may also arrive in parts, in any order and over days of bad lines: the
// parts lie in a folder of their own until they are assembled into a received
// file like any other.
//
// It does not know what the bytes mean, who may see them or which case they
// belong to; names given by senders never reach a path. Use cases, activities
// and commands may import it.
package blob

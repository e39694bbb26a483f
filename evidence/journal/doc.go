// Package journal makes the entries of a case's tamper-evident journal, keeps
// its RFC 6962 Merkle tree, and signs its checkpoints.
//
// It is pure: it neither stores entries (package postgres does) nor verifies
// other people's (package evidence/verify does, and shares no code with this
// one). Anything that writes or shows a journal may import it.
package journal

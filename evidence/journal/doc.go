// Package journal creates the entries of a case's tamper-evident log, maintains
// its hash tree (RFC 6962) and signs its checkpoints.
//
// It does no input or output. Package postgres stores entries; package
// evidence/verify verifies them and shares no code with this package.
package journal

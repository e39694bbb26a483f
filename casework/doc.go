// Package casework holds the use cases that both faces of Recourse call: file a
// case, add evidence, act, export, read. Each authorises, validates, writes
// through package postgres, and sends acts to the workflow through Engine.
//
// It knows nothing of HTTP, JSON schemas or pages (api and web, its only
// importers besides cmd), nor of Temporal (package worker implements Engine).
package casework

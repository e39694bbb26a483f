// Package sample runs one invented case through the product and prints each step:
// filing with a bill export and screenshots, private contact, group notice, an
// appeal that is denied, a legal route, and dossier and bag, which it verifies.
//
// It is a REST client and imports nothing of the product. A repeated request has
// the same Idempotency-Key and body, and the next step is chosen from the state of
// the case. So a run that was interrupted at any point continues, and nothing
// happens twice. Only dev/ imports this package.
package sample

// Package sample walks one invented case through the product in front of the
// person who started it: filed from a bill export and screenshots, asked for in
// private and in the group, appealed, denied, taken to court, and handed out as
// dossier and bag, which are then verified.
//
// It is a client like any other: it speaks the REST interface and imports
// nothing of the product. Each request carries the same Idempotency-Key and body
// however often it is sent, and what to do next is read from the case itself: a
// walk cut off at any point goes on where it stood, and nothing happens twice.
// Only dev/ imports it.
package sample

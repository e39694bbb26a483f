// Package metadata finds metadata in pictures and recordings that identifies a
// place or a person.
//
// It searches the raw bytes and parses no format, because programs read metadata
// differently. Package intake reads metadata to describe a file; this package
// decides whether a file may be given to other people. Any package that gives out
// originals may import it.
package metadata

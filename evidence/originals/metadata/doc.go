// Package metadata finds metadata in pictures and recordings that identifies a
// place or a person.
//
// It searches raw bytes and parses no format, because readers of metadata
// disagree. Package intake reads metadata to describe a file; this one decides
// whether a file may leave. Anything that hands out originals may import it.
package metadata

// Package seal signs a finished PDF as a whole and requests time stamps from a
// time-stamping authority (RFC 3161).
//
// The seal is a detached CAdES signature (ETSI EN 319 122-1; in the PDF the
// SubFilter ETSI.CAdES.detached of ISO 32000-2 §12.8.3.4), added by one incremental
// update, so the bytes of the pages do not change. With an authority, it contains
// an RFC 3161 token over the signature. It follows the rules of PAdES baseline B-B
// and B-T, but no conformance checker has confirmed this; therefore the documents
// call it only "CAdES detached".
//
// This package builds the CMS message itself because the available libraries need
// the whole file in memory and sign the local clock, which PAdES forbids. Package
// evidence/verify verifies seals and shares no code with this package.
package seal

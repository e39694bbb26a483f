// Package seal signs a finished PDF as a whole and asks a time-stamping
// authority for outside time.
//
// The seal is a detached CAdES signature (ETSI EN 319 122-1; in the PDF the
// SubFilter ETSI.CAdES.detached of ISO 32000-2 §12.8.3.4), added by one
// incremental update: not a byte of the pages is touched. With an authority it
// carries an RFC 3161 token over the signature. It is made to the rules of PAdES
// baseline B-B and B-T, but no conformance checker has said so: the papers call
// it "CAdES detached", no more.
//
// The CMS is put together here because the libraries at hand want the whole file
// in memory and sign the machine's own clock, which PAdES forbids. What verifies
// seals (package evidence/verify) shares no code with this one. Activities and
// commands may import it.
package seal

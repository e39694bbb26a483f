// Package web serves the pages of Recourse: where a claimant learns what can
// still be done, files a case and follows it, where the desk decides, and where
// legal takes the papers out. Pages are rendered here on the server; scripts
// only show upload progress, copy a text, and refresh what has changed.
//
// It decides nothing: every rule is asked of package casework. It is not the
// REST interface (package api). Only cmd may import it.
package web

// Package pdfium reads the text of PDFs as it stands on the page, and renders pages as
// pictures. It runs PDFium, the reader of Chrome, as WebAssembly: hostile files can reach
// neither memory nor files of this process (decision 0024).
//
// It does not execute scripts, fetch anything, or judge signatures, and has no limit of
// time: only package decode imports it, which runs it in child processes with limits.
package pdfium

// Package pdf reads PDFs that people submit: their text, whether they are encrypted
// or have active content, and whether they contain a signature.
//
// No library is used because the files are hostile: libraries follow a file's own
// tables, inflate without limit, and the small ones panic. This package follows no
// table: it finds the objects by scanning, as viewers do with broken files, and every
// loop has a limit. It does not draw, decrypt or execute anything, and verifies no
// signature. Package intake and the comparison of receipts import it.
package pdf

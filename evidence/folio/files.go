package folio

import (
	"path/filepath"

	"recourse/recovery"
)

// The files of an export.
const (
	DossierFile = "dossier.pdf"
	BagFile     = "bag.zip"
)

// ExportPath is the path of a file of an export. It is always inside the exports
// directory, whatever the id or name.
func ExportPath(dir string, id recovery.ExportID, name string) string {
	return filepath.Join(dir, filepath.Base(filepath.Clean("/"+string(id))), filepath.Base(filepath.Clean("/"+name)))
}

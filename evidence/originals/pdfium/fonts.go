package pdfium

import (
	"io/fs"
	"os"
	"strings"

	"github.com/tetratelabs/wazero"
)

// fontsPath is where PDFium looks for fonts.
const fontsPath = "usr/share/fonts"

// fontFiles returns the file system of the engine: the fonts, for reading, and nothing
// else.
func fontFiles(dir string) wazero.FSConfig {
	if dir == "" {
		return wazero.NewFSConfig()
	}
	return wazero.NewFSConfig().WithFSMount(fontFolder{os.DirFS(dir)}, "/")
}

// fontFolder shows a folder as fontsPath. PDFium stops listing a folder when it cannot
// look at something in it, fonts of other forms too, or at its parent. So each file can be
// opened, and the parents are there with the same content.
type fontFolder struct{ fonts fs.FS }

// Open implements fs.FS.
func (f fontFolder) Open(name string) (fs.File, error) {
	if file, inside := strings.CutPrefix(name, fontsPath+"/"); inside {
		return f.fonts.Open(file)
	}
	switch name {
	case ".", "usr", "usr/share", fontsPath:
		return f.fonts.Open(".")
	}
	return nil, fs.ErrNotExist
}

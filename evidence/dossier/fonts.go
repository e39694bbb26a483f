package dossier

import (
	"crypto/sha256"
	_ "embed" // the pins
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"recourse/evidence/typeset"
)

//go:embed fonts.sha256
var pins string

// FontsVariable is the environment variable that names the folder of the fonts.
const FontsVariable = typeset.FontsVariable

// The files of the fonts, as fetch-fonts.sh names them.
const (
	serifFile     = "NotoSerifSC_400Regular.ttf"
	serifBoldFile = "NotoSerifSC_700Bold.ttf"
	sansFile      = "NotoSansSC_400Regular.ttf"
	sansBoldFile  = "NotoSansSC_700Bold.ttf"
)

// Fonts are the typefaces of dossiers, read and parsed once. They are safe for
// concurrent use.
type Fonts struct {
	faces *typeset.Faces
}

// FindFonts gives the folder of the fonts; see typeset.FindFonts.
func FindFonts(start string) string { return typeset.FindFonts(start) }

// LoadFonts reads the fonts of a folder that fetch-fonts.sh filled. Each file
// must have its pinned digest: other fonts would give other bytes for the same
// folio.
func LoadFonts(dir string) (*Fonts, error) {
	var main [4]*typeset.Face
	for i, name := range []string{serifFile, serifBoldFile, sansFile, sansBoldFile} {
		face, err := loadFace(dir, name)
		if err != nil {
			return nil, err
		}
		main[i] = face
	}
	rare, err := FindFallbacks(dir)
	if err != nil {
		return nil, err
	}
	return &Fonts{faces: typeset.NewFaces(main[0], main[1], main[2], main[3], rare...)}, nil
}

func loadFace(dir, name string) (*typeset.Face, error) {
	path := filepath.Join(dir, name)
	digest, err := digestOf(path)
	if err != nil {
		return nil, missingFont(dir, name, err)
	}
	if !strings.Contains(pins, digest+"  "+name) {
		return nil, fmt.Errorf("font %s in %s is not the pinned file: delete it and run evidence/dossier/fetch-fonts.sh %s", name, dir, dir)
	}
	data, err := mapped(path)
	if err != nil {
		return nil, err
	}
	face, err := typeset.ParseFace(familyOf(name), data)
	if err != nil {
		return nil, err
	}
	return face, nil
}

// digestOf reads a file through, so that checking it does not keep it in memory.
func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func missingFont(dir, name string, err error) error {
	return fmt.Errorf("font %s: run evidence/dossier/fetch-fonts.sh %s, or set %s: %w", name, dir, FontsVariable, err)
}

// familyOf returns the name of a font without the ending of its file.
func familyOf(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) }

// pinnedFiles returns the names of all fonts.
func pinnedFiles() []string {
	var out []string
	for line := range strings.Lines(pins) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		out = append(out, name)
	}
	return out
}

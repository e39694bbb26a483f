package dossier_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/dossier"
	"recourse/evidence/journal"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// Every font of the table is a pinned file that can be read, and has the first
// characters of its blocks.
func TestScriptFontsAreSound(t *testing.T) {
	t.Parallel()
	fallbacks, err := dossier.FindFallbacks(dossier.FindFonts("."))
	if err != nil {
		t.Fatal(err)
	}
	faces := map[*typeset.Face]bool{}
	for i, fallback := range fallbacks {
		if fallback.Load == nil {
			t.Fatalf("font %d is not pinned", i)
		}
		face, err := fallback.Load()
		if err != nil {
			t.Fatal(err)
		}
		faces[face] = true
		if face.GlyphFor(' ') == 0 || face.AdvanceWidth(face.GlyphFor(' ')) == 0 {
			t.Errorf("font %d has no space, with which text extraction finds the edges of a word", i)
		}
		for _, block := range fallback.Blocks {
			found := 0
			for r := block.First; r <= block.Last; r++ {
				if face.GlyphFor(r) != 0 {
					found++
				}
			}
			if found == 0 {
				t.Errorf("font %d has nothing of %X–%X", i, block.First, block.Last)
			}
		}
	}
	pins, err := os.ReadFile("fonts.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Count(string(pins), "\n") - 4; len(faces) != want {
		t.Errorf("%d fonts are used, %d are pinned besides the main ones", len(faces), want)
	}
}

// A folder without one of the fonts is refused with the name of the file.
func TestMissingScriptFont(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"HanaMinA.ttf", "HanaMinB.ttf"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dossier.FindFallbacks(dir); err == nil || !strings.Contains(err.Error(), "NanumGothic_400Regular.ttf") || !strings.Contains(err.Error(), "fetch-fonts.sh") {
		t.Errorf("%v", err)
	}
}

// Names of all scripts are on the papers for the court as the claimant wrote them.
func TestNamesOfAllScriptsOnPaper(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	names := []string{"ئەلىشىر", "བཀྲ་ཤིས", "ꆈꌠꁱꂷ", "ᠮᠣᠩᠭᠣᠯ", "김철수", "สมชาย", "𝓐𝓵𝓲𝓬𝓮"}
	for _, name := range names {
		c.add(journal.Draft{
			Kind: recovery.EntryContactRecorded, Facts: map[string]any{"channel": "private_message", "in_group": false},
			Personal: map[string]string{"text": "请" + name + "退回 2,000 元。"},
		})
	}
	pdf, _ := build(t, c.seal())
	text := strings.Join(textPages(t, pdf), "")
	for _, name := range names {
		if !strings.Contains(text, name) {
			t.Errorf("%q is not found", name)
		}
	}
}

package typeset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fontsDir is the folder the product's fonts are in: see dossier.FindFonts,
// which this package cannot import.
func fontsDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("RECOURSE_FONTS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", ".recourse", "fonts")
}

func fontBytes(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fontsDir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var fontFiles = []string{
	"NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf",
	"HanaMinA.ttf", "HanaMinB.ttf", "NotoEmoji_400Regular.ttf",
}

// Every face gives the glyphs and advances that another reader of TrueType
// gives.
func TestFaceAgreesWithSfnt(t *testing.T) {
	t.Parallel()
	for _, name := range fontFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := fontBytes(t, name)
			face, err := ParseFace(name, data)
			if err != nil {
				t.Fatal(err)
			}
			other, err := sfnt.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			var buffer sfnt.Buffer
			for _, r := range sampleRunes() {
				want, err := other.GlyphIndex(&buffer, r)
				if err != nil {
					t.Fatal(err)
				}
				if got := face.GlyphFor(r); got != uint16(want) {
					t.Fatalf("%U: glyph %d, want %d", r, got, want)
				}
				advance, err := other.GlyphAdvance(&buffer, want, fixed.I(1000), 0)
				if err != nil {
					t.Fatal(err)
				}
				if got := face.AdvanceWidth(uint16(want)); got < advance.Floor()-1 || got > advance.Ceil()+1 {
					t.Fatalf("%U: advance %d, want %v", r, got, advance)
				}
			}
		})
	}
}

func sampleRunes() []rune {
	var out []rune
	for r := rune(0x20); r < 0x30000; r += 37 {
		out = append(out, r)
	}
	return append(out, []rune("误发红包𠮷𬭊🧧éÅ①㈱")...)
}

// A subset is a font of its own whose letters have the outlines of the whole.
func TestSubset(t *testing.T) {
	t.Parallel()
	for _, name := range fontFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			face, err := ParseFace(name, fontBytes(t, name))
			if err != nil {
				t.Fatal(err)
			}
			var letters []subsetGlyph
			for i, r := range sampleRunes() {
				if glyph := face.GlyphFor(r); glyph != 0 && i%7 == 0 && r > 0x20 {
					letters = append(letters, subsetGlyph{uint16(0x4E00 + 2*len(letters)), glyph})
				}
			}
			small, err := ParseFace("subset", face.buildSubset(letters))
			if err != nil {
				t.Fatal(err)
			}
			other, err := sfnt.Parse(face.buildSubset(letters))
			if err != nil {
				t.Fatal(err)
			}
			whole, err := sfnt.Parse(fontBytes(t, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range letters {
				compareLetter(t, face, small, whole, other, l)
			}
		})
	}
}

func compareLetter(t *testing.T, face, small *Face, whole, other *sfnt.Font, l subsetGlyph) {
	t.Helper()
	glyph := small.GlyphFor(rune(l.code))
	if small.AdvanceWidth(glyph) != face.AdvanceWidth(l.glyph) {
		t.Fatalf("glyph %d: advance %d, want %d", l.glyph, small.AdvanceWidth(glyph), face.AdvanceWidth(l.glyph))
	}
	var a, b sfnt.Buffer
	got, err := other.LoadGlyph(&a, sfnt.GlyphIndex(glyph), fixed.I(100), nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := whole.LoadGlyph(&b, sfnt.GlyphIndex(l.glyph), fixed.I(100), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("glyph %d: %d segments, want %d", l.glyph, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("glyph %d: segment %d differs", l.glyph, i)
		}
	}
}

func TestParseFaceRefuses(t *testing.T) {
	t.Parallel()
	whole := fontBytes(t, "NotoEmoji_400Regular.ttf")
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte(strings.Repeat("font", 100)), "CFF": append([]byte("OTTO"), whole[4:]...),
		"cut off": whole[:len(whole)/2], "no tables": append([]byte{0, 1, 0, 0, 0, 0}, make([]byte, 32)...),
	} {
		if _, err := ParseFace(name, data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

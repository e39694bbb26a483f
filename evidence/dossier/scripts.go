package dossier

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"recourse/evidence/typeset"
)

// scriptFont is a font for the letters of some blocks of Unicode.
type scriptFont struct {
	name   string // without _400Regular and the ending
	blocks []typeset.Block
}

// scriptFonts are the fonts of the scripts that wallets let people use in names, and
// that the main fonts lack. Each is read when the first of its letters is needed.
// fetch-fonts.sh fetches them.
var scriptFonts = []scriptFont{
	{"NotoSans", []typeset.Block{
		{First: 0x0080, Last: 0x052F}, {First: 0x1AB0, Last: 0x1AFF}, {First: 0x1D00, Last: 0x1FFF}, {First: 0x20D0, Last: 0x20FF},
		{First: 0x2C60, Last: 0x2C7F}, {First: 0x2DE0, Last: 0x2DFF}, {First: 0xA640, Last: 0xA69F}, {First: 0xA700, Last: 0xA7FF},
		{First: 0xAB30, Last: 0xAB6F}, {First: 0xFB00, Last: 0xFB06}, {First: 0xFE20, Last: 0xFE2F},
	}},
	{"NotoNaskhArabic", []typeset.Block{{First: 0x0600, Last: 0x06FF}, {First: 0x0750, Last: 0x077F}, {First: 0x08A0, Last: 0x08FF}, {First: 0xFB50, Last: 0xFDFF}, {First: 0xFE70, Last: 0xFEFC}}},
	{"NotoSerifTibetan", []typeset.Block{{First: 0x0F00, Last: 0x0FFF}}},
	{"NotoSansMongolian", []typeset.Block{{First: 0x1800, Last: 0x18AF}, {First: 0x11660, Last: 0x1167F}}},
	{"NotoSansYi", []typeset.Block{{First: 0xA000, Last: 0xA4CF}}},
	{"NanumGothic", []typeset.Block{{First: 0x3130, Last: 0x318F}, {First: 0xAC00, Last: 0xD7A3}}},
	{"NotoSansArmenian", []typeset.Block{{First: 0x0530, Last: 0x058F}, {First: 0xFB13, Last: 0xFB17}}},
	{"NotoSansHebrew", []typeset.Block{{First: 0x0590, Last: 0x05FF}, {First: 0xFB1D, Last: 0xFB4F}}},
	{"NotoSansDevanagari", []typeset.Block{{First: 0x0900, Last: 0x097F}, {First: 0x1CD0, Last: 0x1CFF}, {First: 0xA8E0, Last: 0xA8FF}}},
	{"NotoSansBengali", []typeset.Block{{First: 0x0980, Last: 0x09FF}}},
	{"NotoSansGurmukhi", []typeset.Block{{First: 0x0A00, Last: 0x0A7F}}},
	{"NotoSansGujarati", []typeset.Block{{First: 0x0A80, Last: 0x0AFF}}},
	{"NotoSansOriya", []typeset.Block{{First: 0x0B00, Last: 0x0B7F}}},
	{"NotoSansTamil", []typeset.Block{{First: 0x0B80, Last: 0x0BFF}}},
	{"NotoSansTelugu", []typeset.Block{{First: 0x0C00, Last: 0x0C7F}}},
	{"NotoSansKannada", []typeset.Block{{First: 0x0C80, Last: 0x0CFF}}},
	{"NotoSansMalayalam", []typeset.Block{{First: 0x0D00, Last: 0x0D7F}}},
	{"NotoSansSinhala", []typeset.Block{{First: 0x0D80, Last: 0x0DFF}}},
	{"NotoSansThai", []typeset.Block{{First: 0x0E00, Last: 0x0E7F}}},
	{"NotoSansLao", []typeset.Block{{First: 0x0E80, Last: 0x0EFF}}},
	{"NotoSansMyanmar", []typeset.Block{{First: 0x1000, Last: 0x109F}, {First: 0xA9E0, Last: 0xA9FF}, {First: 0xAA60, Last: 0xAA7F}}},
	{"NotoSansGeorgian", []typeset.Block{{First: 0x10A0, Last: 0x10FF}, {First: 0x1C90, Last: 0x1CBF}, {First: 0x2D00, Last: 0x2D2F}}},
	{"NotoSansEthiopic", []typeset.Block{{First: 0x1200, Last: 0x139F}, {First: 0x2D80, Last: 0x2DDF}, {First: 0xAB00, Last: 0xAB2F}}},
	{"NotoSansCherokee", []typeset.Block{{First: 0x13A0, Last: 0x13FF}, {First: 0xAB70, Last: 0xABBF}}},
	{"NotoSansCanadianAboriginal", []typeset.Block{{First: 0x1400, Last: 0x167F}, {First: 0x18B0, Last: 0x18FF}}},
	{"NotoSansKhmer", []typeset.Block{{First: 0x1780, Last: 0x17FF}, {First: 0x19E0, Last: 0x19FF}}},
	{"NotoSansBalinese", []typeset.Block{{First: 0x1B00, Last: 0x1B7F}}},
	{"NotoSansVai", []typeset.Block{{First: 0xA500, Last: 0xA63F}}},
	{"NotoSansJavanese", []typeset.Block{{First: 0xA980, Last: 0xA9DF}}},
	{"NotoSansCham", []typeset.Block{{First: 0xAA00, Last: 0xAA5F}}},
	{"NotoSansTaiViet", []typeset.Block{{First: 0xAA80, Last: 0xAADF}}},
	{"NotoSansMath", []typeset.Block{{First: 0x20D0, Last: 0x20FF}, {First: 0x1D400, Last: 0x1D7FF}, {First: 0x1EE00, Last: 0x1EEFF}}},
	{"NotoSansTaiLe", []typeset.Block{{First: 0x1950, Last: 0x197F}}},
	{"NotoSansNewTaiLue", []typeset.Block{{First: 0x1980, Last: 0x19DF}}},
	{"NotoSansTaiTham", []typeset.Block{{First: 0x1A20, Last: 0x1AAF}}},
	{"NotoSansMiao", []typeset.Block{{First: 0x16F00, Last: 0x16F9F}}},
	{"NotoSansLepcha", []typeset.Block{{First: 0x1C00, Last: 0x1C4F}}},
	{"NotoSansEgyptianHieroglyphs", []typeset.Block{{First: 0x13000, Last: 0x1345F}}},
	{"NotoSansSymbols", []typeset.Block{{First: 0x20D0, Last: 0x20FF}}},
}

// generalFiles hold rare ideographs, pictographs and signs, in order of preference.
// They are read when a character is in no other font.
var generalFiles = []string{
	"HanaMinA.ttf", "HanaMinB.ttf", "NotoEmoji_400Regular.ttf", "NotoSansSymbols2_400Regular.ttf", "NotoSansSymbols_400Regular.ttf",
	"NotoSansMath_400Regular.ttf",
}

// FindFallbacks returns the fonts of a folder for what the main fonts lack. An error
// names a file that is missing.
func FindFallbacks(dir string) ([]typeset.Fallback, error) {
	loaders := map[string]func() (*typeset.Face, error){}
	for _, name := range pinnedFiles() {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return nil, missingFont(dir, name, err)
		}
		load := sync.OnceValues(func() (*typeset.Face, error) { return loadFace(dir, name) })
		loaders[name], loaders[strings.TrimSuffix(familyOf(name), "_400Regular")] = load, load
	}
	out := make([]typeset.Fallback, 0, len(scriptFonts)+len(generalFiles))
	for _, font := range scriptFonts {
		out = append(out, typeset.Fallback{Blocks: font.blocks, Load: loaders[font.name]})
	}
	for _, name := range generalFiles {
		out = append(out, typeset.Fallback{Load: loaders[name]})
	}
	return out, nil
}

package pdf

import "regexp"

// maxTables is how many tables of fonts are looked at.
const maxTables = 100

var wholeRange = regexp.MustCompile(`<0000>\s*<[Ff]{4}>\s*<0000>`)

// codesAreText reports whether all fonts with codes of two bytes have a table that maps
// each code to itself.
func (f *file) codesAreText() bool {
	tables := map[int]bool{}
	for _, number := range f.objectNumbers() {
		font, is := f.objects[number].value.(dict)
		if !is || font["Subtype"] != name("Type0") {
			continue
		}
		table, has := font["ToUnicode"].(ref)
		if !has || len(tables) == maxTables {
			return false
		}
		tables[table.number] = true
	}
	for table := range tables {
		if !wholeRange.Match(f.inflateStream(f.objects[table])) {
			return false
		}
	}
	return len(tables) > 0
}

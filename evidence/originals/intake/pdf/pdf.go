package pdf

import (
	"bytes"
	"slices"
)

// The kinds of active content, as they are reported.
const (
	ActScript   = "javascript"
	ActLaunch   = "launch"
	ActSubmit   = "submit_form"
	ActEmbedded = "embedded_file"
	ActForm     = "xfa"
	ActMedia    = "rich_media"
)

// actByName maps keys and names of ISO 32000-1 (12.6.4, 7.11.4) to active content.
var actByName = map[name]string{
	"JS": ActScript, "JavaScript": ActScript, "Launch": ActLaunch, "SubmitForm": ActSubmit, "ImportData": ActSubmit,
	"EmbeddedFile": ActEmbedded, "EmbeddedFiles": ActEmbedded, "EF": ActEmbedded, "GoToE": ActEmbedded,
	"XFA": ActForm, "RichMedia": ActMedia, "RichMediaExecute": ActMedia, "Rendition": ActMedia, "Movie": ActMedia,
}

// Report is the result of reading a file.
type Report struct {
	Encrypted  bool
	Damaged    bool     // it has no end or no pages, so the text may be incomplete
	Unread     bool     // it exceeds the limits of this package
	Acts       []string // kinds of active content, sorted
	Pages      int
	Signatures []Signature
	End        int // offset after the last end-of-file mark; 0 without one
	// CodesAreText means that the fonts say of each code that it is the character itself, all
	// in one range. Readers follow such a range for 256 codes only (9.10.3).
	CodesAreText bool

	// Text is that of the pages, and Partial that something visible is not in it. Package
	// decode adds both: Read finds the structure only.
	Text    string
	Partial bool
}

// Read reads a file. It never fails: unreadable parts are left out and reported as
// Damaged or Unread.
func Read(data []byte) Report {
	if len(data) > MaxSize {
		return Report{Unread: true, End: FindEnd(data)}
	}
	f := scanObjects(data)
	r := Report{Encrypted: f.encrypted, End: FindEnd(data)}
	r.Pages = len(f.listPages())
	r.Acts = f.findActs()
	r.Signatures = f.findSignatures()
	r.CodesAreText = !f.encrypted && f.codesAreText()
	r.Unread = f.limitReached || len(f.objects) >= maxObjects
	r.Damaged = r.End == 0 || r.Pages == 0 && !f.encrypted
	return r
}

// TailSize is how many bytes from the end viewers search for the end-of-file mark.
const TailSize = 2048

// FindEnd returns the offset after the last end-of-file mark in the last TailSize bytes,
// or 0.
func FindEnd(data []byte) int {
	from := max(0, len(data)-TailSize)
	if at := bytes.LastIndex(data[from:], []byte("%%EOF")); at >= 0 {
		return from + at + len("%%EOF")
	}
	return 0
}

// findActs searches all objects, including those without a reference to them.
func (f *file) findActs() []string {
	found := map[string]bool{}
	for _, o := range f.objects {
		collectActs(o.value, found)
	}
	for _, trailer := range f.trailers {
		collectActs(trailer, found)
	}
	list := make([]string, 0, len(found))
	for act := range found {
		list = append(list, act)
	}
	slices.Sort(list)
	return list
}

func collectActs(value any, found map[string]bool) {
	switch v := value.(type) {
	case name:
		if act := actByName[v]; act != "" {
			found[act] = true
		}
	case array:
		for _, item := range v {
			collectActs(item, found)
		}
	case dict:
		for key, item := range v {
			collectActs(key, found)
			collectActs(item, found)
		}
	}
}

// listPages follows the page tree, or takes every page there is when the tree is
// broken.
func (f *file) listPages() []dict {
	var list []dict
	seen := map[int]bool{}
	for _, trailer := range f.trailers {
		if root := f.resolveDict(trailer["Root"]); root != nil && len(list) == 0 {
			list = f.collectPages(root["Pages"], seen, 0)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, number := range f.objectNumbers() {
		if d, is := f.objects[number].value.(dict); is && d["Type"] == name("Page") && len(list) < maxPages {
			list = append(list, d)
		}
	}
	return list
}

func (f *file) collectPages(node any, seen map[int]bool, depth int) []dict {
	if r, is := node.(ref); is {
		if seen[r.number] {
			return nil
		}
		seen[r.number] = true
	}
	d := f.resolveDict(node)
	if d == nil || depth > maxDepth {
		return nil
	}
	kids, is := f.resolveReference(d["Kids"]).(array)
	if !is {
		return []dict{d}
	}
	var list []dict
	for _, kid := range kids {
		if len(list) >= maxPages {
			return list[:maxPages]
		}
		list = append(list, f.collectPages(kid, seen, depth+1)...)
	}
	return list
}

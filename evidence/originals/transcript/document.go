package transcript

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Limits of a document.
const (
	maxParts    = 2_000
	maxUnpacked = 14 << 20 // bytes of all parts that are read
)

// textParts are the parts of a document that have text, in the order in which they are read.
var textParts = regexp.MustCompile(`^word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml$`)

// readDocument reads the paragraphs of a DOCX.
func (b *builder) readDocument(data []byte) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(archive.File) > maxParts {
		b.gap(Broken)
		return
	}
	var parts []*zip.File
	for _, part := range archive.File {
		if textParts.MatchString(part.Name) {
			parts = append(parts, part)
		}
		if b.isFileInside(part.Name) {
			b.t.Attachments = append(b.t.Attachments, Attachment{Name: path.Base(part.Name), Size: int64(part.UncompressedSize64)})
			b.gap(Pictures)
		}
	}
	slices.SortStableFunc(parts, func(x, y *zip.File) int { return partRank(x.Name) - partRank(y.Name) })
	r := &documentReader{out: b}
	left := int64(maxUnpacked)
	for _, part := range parts {
		left = r.readPart(part, left)
	}
	if len(parts) == 0 {
		b.gap(Broken)
	}
}

func (b *builder) isFileInside(name string) bool {
	return len(b.t.Attachments) < maxParts && !strings.HasSuffix(name, "/") &&
		(strings.HasPrefix(name, "word/media/") || strings.HasPrefix(name, "word/embeddings/"))
}

func partRank(name string) int {
	if name == "word/document.xml" {
		return 0
	}
	return 1
}

// documentReader reads the text of the parts, paragraph by paragraph.
type documentReader struct {
	out       *builder
	text      strings.Builder // paragraphs of this part
	paragraph strings.Builder
	depth     int
	skipped   int // depth of an element that is left out; 0: none
	inText    bool
}

// readPart reads a part of at most left bytes and returns how many are left.
func (r *documentReader) readPart(part *zip.File, left int64) int64 {
	body, err := part.Open()
	if err != nil {
		r.out.gap(Broken)
		return left
	}
	defer body.Close()
	limited := &io.LimitedReader{R: body, N: left}
	decoder := xml.NewDecoder(limited)
	decoder.Strict = false
	r.depth, r.skipped, r.inText = 0, 0, false
	r.text.Reset()
	for !r.out.full {
		token, err := decoder.RawToken()
		if err != nil {
			r.endPart(err, limited.N)
			break
		}
		r.take(token)
	}
	r.endParagraph()
	r.out.readText(strings.TrimSuffix(r.text.String(), "\n"))
	return limited.N
}

func (r *documentReader) endPart(err error, left int64) {
	switch {
	case left <= 0:
		r.out.gap(TooLarge)
	case !errors.Is(err, io.EOF) || r.depth > 0:
		r.out.gap(Broken)
	}
}

func (r *documentReader) take(token xml.Token) {
	switch token := token.(type) {
	case xml.StartElement:
		r.depth++
		r.startElement(token)
	case xml.EndElement:
		if r.skipped == r.depth {
			r.skipped = 0
		}
		if token.Name.Local == "t" {
			r.inText = false
		}
		if token.Name.Local == "p" && r.skipped == 0 {
			r.endParagraph()
		}
		r.depth--
	case xml.CharData:
		if r.inText && r.skipped == 0 {
			r.paragraph.Write(token)
		}
	}
}

func (r *documentReader) startElement(token xml.StartElement) {
	switch token.Name.Local {
	case "Fallback": // what newer programs show stands before it
		if r.skipped == 0 {
			r.skipped = r.depth
		}
	case "delText":
		r.out.gap(Revisions)
	case "t":
		r.inText = true
	case "tab":
		r.paragraph.WriteString("\t")
	case "br", "cr":
		r.paragraph.WriteString("\n")
	case "tc":
		if r.paragraph.Len() > 0 {
			r.endParagraph()
		}
	}
}

func (r *documentReader) endParagraph() {
	text := r.paragraph.String()
	r.paragraph.Reset()
	r.text.WriteString(text + "\n")
}

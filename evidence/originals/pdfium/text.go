package pdfium

import (
	"context"
	"math"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// Limits of the text of one file.
const (
	maxText      = 200_000 // bytes
	maxTextPages = 500
	maxPageChars = 50_000
	maxSeenPages = 20 // pages whose ink is compared with the text
)

// Text is what a file says.
type Text struct {
	Pages int
	// Text has a line for each line on the page. A tab is a gap as wide as between columns.
	Text string
	// Partial means that something is visible that is not in Text: pictures, drawn letters,
	// characters without a code, or pages beyond the limits.
	Partial bool
}

// ReadText reads the text of all pages, with the contents of forms and annotations. With
// codesAreText, a code without a character is one itself. Errors: ErrLocked, ErrUnreadable.
func (e *Engine) ReadText(ctx context.Context, data []byte, codesAreText bool) (Text, error) {
	var found Text
	err := e.use(ctx, data, func(d *document) error {
		d.codesAreText = codesAreText
		found.Pages = d.pages
		var out strings.Builder
		for i := range min(d.pages, maxTextPages) {
			page, err := d.readPage(i)
			if err != nil || out.Len()+len(page.text) > maxText {
				found.Partial = true // the other pages may be readable
				if err == nil {
					break
				}
				continue
			}
			out.WriteString(page.text)
			found.Partial = found.Partial || page.partial
		}
		found.Partial = found.Partial || d.pages > maxTextPages || e.noFonts
		found.Text = strings.TrimSuffix(out.String(), "\n")
		return nil
	})
	return found, err
}

// pageText is the text of one page.
type pageText struct {
	text    string
	partial bool
}

func (d *document) readPage(index int) (pageText, error) {
	page, err := d.loadFlat(index)
	if err != nil {
		return pageText{}, err
	}
	defer d.closePage(page)
	loaded, err := d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return pageText{}, err
	}
	defer func() { _, _ = d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}) }()
	glyphs, unread, err := d.readGlyphs(loaded.TextPage)
	if err != nil {
		return pageText{}, err
	}
	text := layOut(glyphs)
	partial := unread || index >= maxSeenPages || d.showsMore(page, glyphs)
	return pageText{text, partial}, nil
}

// loadFlat loads a page with its annotations and form fields as part of its content.
func (d *document) loadFlat(index int) (requests.Page, error) {
	page, err := d.loadPage(index)
	if err != nil {
		return page, err
	}
	annotations, err := d.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil || annotations.Count == 0 {
		return page, nil //nolint:nilerr // the page itself can still be read
	}
	_, err = d.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page})
	if err != nil {
		return page, nil //nolint:nilerr // as above
	}
	d.closePage(page)
	return d.loadPage(index)
}

func (d *document) loadPage(index int) (requests.Page, error) {
	loaded, err := d.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.ref, Index: index})
	if err != nil {
		return requests.Page{}, err
	}
	return requests.Page{ByReference: &loaded.Page}, nil
}

func (d *document) closePage(page requests.Page) {
	_, _ = d.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: *page.ByReference})
}

// glyph is a character and its place on the page, in points: x to the right and y
// upwards along the direction in which it is written.
type glyph struct {
	char                     rune
	angle                    int // degrees
	left, right, bottom, top float64
	inkRight                 float64 // of a glyph with a doubtful width; 0: not measured
	isInk                    bool    // its place is that of its ink: the font has no measures
	afterSpace               bool    // there is a space before it
	afterTyped               bool    // and it is one of the file, not one that PDFium adds
	box                      fileBox // as it stands in the file
}

// fileBox is a rectangle in the coordinates of a page.
type fileBox struct{ left, right, bottom, top float64 }

// readGlyphs reads the characters in the order of the file. unread reports whether there
// are some without a code.
func (d *document) readGlyphs(page references.FPDF_TEXTPAGE) (glyphs []glyph, unread bool, err error) {
	count, err := d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: page})
	if err != nil {
		return nil, false, err
	}
	afterSpace, afterTyped := false, false
	codes := codeReader{document: d, page: page, count: min(count.Count, maxPageChars)}
	for {
		char, index, more, err := codes.next()
		if err != nil || !more {
			return glyphs, unread || count.Count > maxPageChars, err
		}
		if char == ' ' {
			afterSpace, afterTyped = true, afterTyped || d.isTyped(page, index)
			continue
		}
		g, err := d.readGlyph(page, index, char)
		if err != nil {
			continue // it has no place on the page
		}
		if n := len(glyphs); n > 0 && (glyphs[n-1].isInk || glyphs[n-1].height() != g.height()) {
			g.isInk = d.isInkOnly(page, index, g.box) // in a font with measures all heights are equal
		}
		g.afterSpace, g.afterTyped = afterSpace, afterTyped
		afterSpace, afterTyped = false, false
		unread = unread || g.char == unicode.ReplacementChar
		glyphs = append(glyphs, g)
	}
}

// isTyped reports whether a space is in the file.
func (d *document) isTyped(page references.FPDF_TEXTPAGE, index int) bool {
	generated, err := d.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: page, Index: index})
	return err == nil && !generated.IsGenerated
}

// codeReader reads the characters of a page one after the other.
type codeReader struct {
	*document

	page      references.FPDF_TEXTPAGE
	at, count int
}

// next returns the next character and its index. Two codes may be one character.
func (r *codeReader) next() (char rune, index int, more bool, err error) {
	if r.at >= r.count {
		return 0, 0, false, nil
	}
	index = r.at
	code, err := r.read()
	if err == nil && utf16.IsSurrogate(code) && r.at < r.count {
		first := code
		if code, err = r.read(); err == nil {
			code = utf16.DecodeRune(first, code)
		}
	}
	return charOf(code), index, true, err
}

func (r *codeReader) read() (rune, error) {
	read, err := r.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: r.page, Index: r.at})
	r.at++
	if err != nil {
		return 0, err
	}
	return rune(read.Unicode), nil
}

// charOf returns the character that a code shows: a space for all that show nothing, and
// U+FFFD for those without a meaning outside their font.
func charOf(code rune) rune {
	switch {
	case code == 2: // a hyphen at the end of a line
		return '-'
	case code == 0 || code == 0xFFFE || code == 0xFFFF || unicode.Is(unicode.Co, code) || unicode.Is(unicode.Cs, code):
		return unicode.ReplacementChar
	case unicode.IsSpace(code) || unicode.Is(unicode.C, code):
		return ' '
	default:
		return code
	}
}

func (d *document) readGlyph(page references.FPDF_TEXTPAGE, index int, char rune) (glyph, error) {
	loose, err := d.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: page, Index: index})
	if err != nil {
		return glyph{}, err
	}
	direction, err := d.FPDFText_GetCharAngle(&requests.FPDFText_GetCharAngle{TextPage: page, Index: index})
	if err != nil {
		return glyph{}, err
	}
	box := fileBox{float64(loose.Rect.Left), float64(loose.Rect.Right), float64(loose.Rect.Bottom), float64(loose.Rect.Top)}
	g := turn(glyph{char: char, box: box}, float64(direction.CharAngle))
	if char < unicode.MaxASCII && g.right-g.left > wideGlyph*g.height() {
		d.measureInk(page, index, &g)
	}
	if char == unicode.ReplacementChar || d.codesAreText {
		return g, nil
	}
	failed, err := d.FPDFText_HasUnicodeMapError(&requests.FPDFText_HasUnicodeMapError{TextPage: page, Index: index})
	if err == nil && failed.HasUnicodeMapError {
		g.char = unicode.ReplacementChar
	}
	return g, nil
}

// wideGlyph is how wide, in parts of its height, a Latin letter may be. A wider one stands
// in a font whose widths the file does not give.
const wideGlyph = 0.8

// measureInk looks where the ink of an upright character ends.
func (d *document) measureInk(page references.FPDF_TEXTPAGE, index int, g *glyph) {
	ink, err := d.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: page, Index: index})
	if err == nil && g.angle == 0 && ink.Right > ink.Left {
		g.inkRight = ink.Right
	}
}

// isInkOnly reports whether a place is only that of the ink.
func (d *document) isInkOnly(page references.FPDF_TEXTPAGE, index int, box fileBox) bool {
	ink, err := d.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: page, Index: index})
	return err == nil && math.Abs(ink.Left-box.left) < 0.01 && math.Abs(ink.Top-box.top) < 0.01 && math.Abs(ink.Bottom-box.bottom) < 0.01
}

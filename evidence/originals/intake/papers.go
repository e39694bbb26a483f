package intake

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"recourse/evidence/originals/intake/pdf"
)

// inspectPDF refuses a PDF that is also something else.
func (x *Examiner) inspectPDF(s source, report *Report) error {
	head, err := s.readRange(0, 1024) // browsers search as far for a web page
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if !bytes.HasPrefix(head, []byte("%PDF-")) && !hasImageHead(head) {
		return x.texts.Refusal("pdf_not_at_start")
	}
	if hidesPage(head) || hasImageHead(head) {
		return x.texts.Refusal("polyglot")
	}
	zipped, err := s.endsAsZip()
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if zipped {
		return x.texts.Refusal("polyglot")
	}
	tail, err := s.readRange(max(0, s.size-pdf.TailSize), pdf.TailSize)
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if end := pdf.FindEnd(tail); end > 0 {
		return x.checkBehindPDF(s, s.size-int64(len(tail)-end), report)
	}
	return nil
}

// formTemplate matches the head of a PDF whose first object is a form in XML (XFA). Its
// scripts are those of the form, which nothing here runs.
var formTemplate = regexp.MustCompile(`(?s)^%pdf-\d\.\d\s.{0,120}?\d obj\b.{0,400}?>>\s*stream\r?\n\s*<[?a-z].{0,600}?(?:www\.xfa\.org/schema/|ns\.adobe\.com/xdp/)`)

// formMarks are the marks of a web page that an XFA form has, too.
var formMarks = []string{"<script>", "<script ", "<body>", "<body ", "javascript:"}

// hidesPage reports whether the head of a PDF would also be read as a web page. An address
// "javascript:" in a link is none: the finding about active content names it.
func hidesPage(head []byte) bool {
	lower := bytes.ReplaceAll(bytes.ToLower(head), []byte("javascript:"), nil)
	form := formTemplate.FindIndex(lower)
	if form == nil {
		return hasMarkInLower(lower)
	}
	rest := string(lower[form[1]:])
	for _, mark := range formMarks {
		rest = strings.ReplaceAll(rest, mark, "")
	}
	return hasMarkInLower(lower[:form[1]]) || hasMarkInLower([]byte(rest))
}

// hasImageHead detects a picture. Media type detection reports PDF for a picture with
// a PDF's head further on.
func hasImageHead(head []byte) bool {
	return slices.ContainsFunc([]string{"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF"}, func(mark string) bool {
		return bytes.HasPrefix(head, []byte(mark))
	})
}

// checkBehindPDF checks the bytes after the end of a PDF.
func (x *Examiner) checkBehindPDF(s source, end int64, report *Report) error {
	trails, err := s.checkTrailing(end)
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	page, err := s.containsWebPage(end)
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if page || trails == trailingFile {
		return x.texts.Refusal("polyglot")
	}
	if trails == trailingData {
		report.addFinding(TrailingBytes)
	}
	return nil
}

// findingsOfPDF are the findings about a PDF's content. Active and encrypted ones are
// accepted: they may be real receipts, and nothing here runs their content.
func findingsOfPDF(read pdf.Report) (found []Finding) {
	for finding, is := range map[Finding]bool{
		PDFEncrypted: read.Encrypted, PDFDamaged: read.Damaged, PDFUnread: read.Unread, PDFActive: len(read.Acts) > 0,
		PDFSigned:     len(read.Signatures) > 0,
		PDFSignedPart: slices.ContainsFunc(read.Signatures, func(s pdf.Signature) bool { return !s.Whole }),
	} {
		if is {
			found = append(found, finding)
		}
	}
	return found
}

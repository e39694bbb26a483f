package intake

import (
	"archive/zip"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Limits of an unpacked workbook or document; packages statement and transcript have their own.
const (
	maxUnpacked = 64 << 20
	maxParts    = 1_000
	// maxRelations is the size of the largest list of references that is read, and
	// maxRelationParts the number of such lists.
	maxRelations     = 256 << 10
	maxRelationParts = 20
)

// checkWorkbook checks the directory of an XLSX without unpacking it.
func (x *Examiner) checkWorkbook(s source) error {
	archive, refusal := openOffice(s, "xl/")
	if refusal != "" {
		return x.texts.Refusal("workbook_" + refusal)
	}
	if hasMacros(archive) {
		return x.texts.Refusal("workbook_macros")
	}
	return nil
}

// checkDocument checks the directory of a DOCX without unpacking its text. A file in it, or
// a reference to something elsewhere, is a finding: nothing here follows it.
func (x *Examiner) checkDocument(s source, report *Report) error {
	archive, refusal := openOffice(s, "word/")
	if refusal != "" {
		return x.texts.Refusal("document_" + refusal)
	}
	if hasMacros(archive) {
		return x.texts.Refusal("document_macros")
	}
	alsoPDF, err := s.hasPDFHead()
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if alsoPDF || isOtherProgram(archive) {
		return x.texts.Refusal("polyglot")
	}
	if slices.ContainsFunc(archive.File, func(part *zip.File) bool { return strings.HasPrefix(part.Name, "word/embeddings/") }) {
		report.addFinding(DocEmbedded)
	}
	if loadsFromElsewhere(archive) {
		report.addFinding(DocExternal)
	}
	return nil
}

// isOtherProgram reports whether another program would open the zip as its own.
func isOtherProgram(archive *zip.Reader) bool {
	return slices.ContainsFunc([]string{"xl/workbook.xml", "ppt/presentation.xml", "META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"}, func(name string) bool {
		return hasPart(archive, name)
	})
}

// isDocument reports whether the directory of a zip is that of a DOCX.
func (s source) isDocument() bool {
	archive, err := zip.NewReader(s, s.size)
	if err != nil || len(archive.File) > maxParts {
		return false
	}
	return hasPart(archive, "[Content_Types].xml") && hasPart(archive, "word/document.xml")
}

func hasPart(archive *zip.Reader, name string) bool {
	return slices.ContainsFunc(archive.File, func(part *zip.File) bool { return part.Name == name })
}

// openOffice reads the directory of a file of an office program whose content is in a folder,
// or returns the end of the code of a refusal.
func openOffice(s source, folder string) (archive *zip.Reader, refusal string) {
	archive, err := zip.NewReader(s, s.size)
	if err != nil {
		return nil, "broken"
	}
	var unpacked uint64
	content := 0
	for _, part := range archive.File {
		unpacked += min(part.UncompressedSize64, maxUnpacked+1)
		if strings.HasPrefix(strings.ToLower(part.Name), folder) {
			content++
		}
	}
	switch {
	case unpacked > maxUnpacked || len(archive.File) > maxParts:
		return nil, "too_large"
	case content == 0 || !hasPart(archive, "[Content_Types].xml"):
		return nil, "broken"
	default:
		return archive, ""
	}
}

func hasMacros(archive *zip.Reader) bool {
	return slices.ContainsFunc(archive.File, func(part *zip.File) bool {
		name := strings.ToLower(part.Name)
		return strings.HasSuffix(name, "vbaproject.bin") || strings.HasSuffix(name, "vbadata.xml") || strings.Contains(name, "activex/")
	})
}

var (
	relation = regexp.MustCompile(`(?s)<Relationship\b[^>]*>`)
	link     = regexp.MustCompile(`Type\s*=\s*["'][^"']*/hyperlink["']`)
)

// loadsFromElsewhere reports whether a document refers to something outside of it that a
// program would load: a template, a picture, a file. Links that people follow are none.
func loadsFromElsewhere(archive *zip.Reader) bool {
	lists := 0
	for _, part := range archive.File {
		if !strings.HasSuffix(part.Name, ".rels") {
			continue
		}
		if lists++; lists > maxRelationParts || part.UncompressedSize64 > maxRelations {
			return true // no honest program writes so many
		}
		for _, found := range relation.FindAll(readPart(part, maxRelations), -1) {
			if strings.Contains(string(found), `"External"`) && !link.Match(found) {
				return true
			}
		}
	}
	return false
}

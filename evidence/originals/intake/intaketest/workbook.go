package intaketest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// zipFiles packs files; repeated contents take almost nothing.
func zipFiles(t testing.TB, files map[string][]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := archive.Create(name)
		for _, part := range files[name] {
			if err == nil {
				_, err = w.Write([]byte(part))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Document returns a DOCX with this text.
func Document(t testing.TB, text string) []byte {
	t.Helper()
	return zipFiles(t, map[string][]string{"[Content_Types].xml": {"<Types/>"}, "word/document.xml": {text}})
}

// Workbook returns a workbook with this content of its only sheet.
func Workbook(t testing.TB, rows ...string) []byte {
	t.Helper()
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return zipFiles(t, map[string][]string{
		"[Content_Types].xml": {`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`},
		"_rels/.rels": {`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="r" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		"xl/workbook.xml": {`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + relations + `">` +
			`<sheets><sheet name="a" sheetId="1" r:id="s"/></sheets></workbook>`},
		"xl/_rels/workbook.xml.rels": {`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="s" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		"xl/worksheets/sheet1.xml": slices.Concat(
			[]string{`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`}, rows, []string{`</sheetData></worksheet>`}),
	})
}

// Archive returns a workbook with many empty parts.
func Archive(t testing.TB, parts int) []byte {
	t.Helper()
	files := map[string][]string{"[Content_Types].xml": {"<Types/>"}, "xl/workbook.xml": {"<workbook/>"}}
	for i := range parts {
		files[fmt.Sprintf("xl/%d.xml", i)] = nil
	}
	return zipFiles(t, files)
}

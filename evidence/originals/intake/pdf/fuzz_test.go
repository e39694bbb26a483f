package pdf_test

import (
	"testing"
	"time"

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/intake/pdf/pdftest"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte(pdftest.Receipt(f)))
	f.Add([]byte(pdftest.Join("<</Type/Catalog/OpenAction<</S/JavaScript/JS(x)>>>>", "<</ByteRange[0 1 2 3]/Contents<3000>>>")))
	f.Add([]byte("%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 4/Length 9>>stream\n7 0 (x)  \nendstream endobj trailer<</Root 7 0 R/Encrypt 1 0 R>>%%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		r := pdf.Read(data)
		if r.End > len(data) || r.Text != "" || r.Pages > 1_000 {
			t.Fatalf("%+v", r)
		}
		if spent := time.Since(began); spent > 10*time.Second {
			t.Fatalf("%d bytes took %s", len(data), spent)
		}
	})
}

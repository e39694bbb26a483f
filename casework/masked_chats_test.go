package casework_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/copies"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// TestMaskedChatsAndMails: another party gets the text of a chat export or a mail without the
// personal data in it, whatever its form hides it in, and never the original.
func TestMaskedChatsAndMails(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	const phone = "13900001234"
	files := map[string]string{
		"JSON": `[{"time":"2026-11-28 10:35:00","sender":"小杜","text":"打我电话1390000\u0031234，晚点退"}]`,
		"page": `<!doctype html><html><body><p>打我电话139<b>0000</b>1234，晚点退</p><!-- ` + phone + ` --><script>var p="` + phone + `"</script></body></html>`,
		"mail": "Received: a\r\nFrom: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n139=30=30001234 call me, =E6=99=9A=E7=82=B9=E9=80=80\r\n",
	}
	originals := map[string]string{}
	for name, content := range files {
		originals[rig.Upload(t, view.ID, recovery.ChatExport, []byte(content)).SHA256] = name
	}
	rig.WaitForExaminations()
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, casework.ExportOrder{Audience: recovery.ForOpponent, Confirm: true}); err != nil {
		t.Fatal(err)
	}
	masked := slices.DeleteFunc(rig.ReadEntries(t, view.ID), func(e journal.Entry) bool { return e.Facts["copy"] != copies.MaskedText })
	if len(masked) != len(files) {
		t.Fatalf("%d copies", len(masked))
	}
	for _, entry := range masked {
		name := originals[entry.Facts["of_sha256"].(string)]
		body, err := rig.Blobs.OpenAt(entry.Facts["sha256"].(string))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(io.NewSectionReader(body, 0, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if shown := string(text); strings.Contains(shown, "1390000") || strings.Contains(shown, phone) || !strings.Contains(shown, "已遮蔽") || !strings.Contains(shown, "晚点退") {
			t.Errorf("%s: %s", name, shown)
		}
	}
}

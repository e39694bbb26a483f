package dossier_test

import (
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// TestWhatVouches: the cover and the page on authenticity say who seals and
// whose time there is, and as plainly what there is not.
func TestWhatVouches(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 4, 5, 6, 0, time.UTC)
	for name, test := range map[string]struct {
		change      func(*folio.Folio)
		says, never []string
	}{
		"nothing": {
			func(*folio.Folio) {},
			[]string{"未加盖；外部时间：无", "未加盖电子签章", "不含可信时间戳", "无可信时间戳，无公证"},
			[]string{seal.DevelopmentNotice, "CAdES", "检查点另有外部时间戳"},
		},
		"development": {
			func(f *folio.Folio) { f.SealedBy, f.Development = "Recourse Development Seal", true },
			[]string{seal.DevelopmentNotice + "；外部时间：无", "以开发用证书签名", "不含可信时间戳"},
			[]string{"未加盖", "Development Seal"},
		},
		"sealed and stamped": {
			func(f *folio.Folio) {
				f.SealedBy, f.Stamp = "示例公司电子签章", &folio.Stamp{Token: []byte("x"), At: at}
			},
			[]string{
				"示例公司电子签章；外部时间：2026-11-21 12:05:06 +08:00", "名为“示例公司电子签章”的证书", "所载时间为 2026-11-21 12:05:06 +08:00",
				"检查点有外部时间戳",
			},
			[]string{seal.DevelopmentNotice, "未加盖", "不含可信时间戳", "无可信时间戳"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCase(t, recovery.ForCourt).seal()
			test.change(&f)
			text := textOf(t, f)
			has(t, text, test.says...)
			lacks(t, text, test.never...)
		})
	}
}

package playbook_test

import (
	"slices"
	"testing"

	"recourse/playbook"
	"recourse/recovery"
)

func helpOf(t *testing.T, platform recovery.Platform, kind string) playbook.HelpEntry {
	t.Helper()
	entries := book(t).HelpEntries(platform, sent)
	at := slices.IndexFunc(entries, func(e playbook.HelpEntry) bool { return e.Kind == kind })
	if at < 0 {
		t.Fatalf("users of %s have no help of the kind %s", platform, kind)
	}
	return entries[at]
}

func TestHelpNumbers(t *testing.T) {
	t.Parallel()
	for _, platform := range recovery.Platforms {
		for kind, number := range map[string]string{
			"police": "110", "anti_fraud": "96110", "regulator": "12363", "city": "12345", "court": "12368", "bank": "",
		} {
			if got := helpOf(t, platform, kind).Number; got != number {
				t.Errorf("%s %s: %q, want %q", platform, kind, got, number)
			}
		}
	}
	for platform, number := range map[recovery.Platform]string{
		recovery.WeChat: "95017", recovery.Alipay: "95188", recovery.QQ: "", recovery.WeCom: "",
	} {
		if got := helpOf(t, platform, "wallet"); got.Number != number || got.Entry == "" {
			t.Errorf("%s: %+v, want the number %q", platform, got, number)
		}
	}
}

func TestHelpNamesSourceAndDay(t *testing.T) {
	t.Parallel()
	for _, platform := range recovery.Platforms {
		for _, entry := range book(t).HelpEntries(platform, sent) {
			if entry.Source == "" || entry.Seen != "2026-11-30" || entry.Use == "" || entry.Number+entry.Entry == "" {
				t.Errorf("%s: %+v", platform, entry)
			}
		}
	}
}

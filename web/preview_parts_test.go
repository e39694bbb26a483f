package web

import (
	"slices"
	"testing"
)

func TestSplitCovered(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]previewPart{
		"":            nil,
		"没有":          {{"没有", false}},
		"打〔手机号已遮蔽〕找我": {{"打", false}, {"〔手机号已遮蔽〕", true}, {"找我", false}},
		"〔手机号已遮蔽〕〔邮箱已遮蔽〕": {{"〔手机号已遮蔽〕", true}, {"〔邮箱已遮蔽〕", true}},
	} {
		if got := splitCovered(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v", text, got)
		}
	}
}

package statement

import "testing"

// TestNamesThatAgree: what says that somebody named another person must be sure.
func TestNamesThatAgree(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		found, said string
		want        agreement
	}{
		{"王小明", "王*明", same},
		{"王小明", "*小明", same},
		{"王＊明", "王小明", same},
		{"王∗明", "王小明", same},
		{"王○明", "王小明", same},
		{"■小明", "王小明", same},
		{"王某某", "王小明", same},
		{"王XX", "王小明", same},
		{"欧阳某", "欧阳小明", same},
		{"小明同学(**明)", "王小明", same},
		{"小明同学(王*)", "王小明", same},
		{"买买提·艾力", "买买提•艾力", same},
		{"买买提艾力", "买买提・艾力", same},
		{"Jose\u0301", "José", same},
		{"𝓐𝓵𝓲𝓬𝓮", "Alice", same},
		{"小\u200b明", "小明", same},
		{"小明❤\ufe0f", "小明❤", same},
		{"王某某", "李小明", different},
		{"小明同学(**强)", "王大伟", different},
		{"王*明", "王小强", different},
		{"***", "王小明", different},
		{"买买提·艾力", "买买提·吐尔逊", different},
		{"·", "王小明", notStated},
		{"王小明", "\u200b", different},
	} {
		if got := compareNames(test.found, []string{test.said}); got != test.want {
			t.Errorf("%q and %q: %d, want %d", test.found, test.said, got, test.want)
		}
	}
}

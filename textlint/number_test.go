package textlint_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/textlint"
)

// findSpans returns the words of all findings with a code, for a text in a group.
func findSpans(l *textlint.Linter, code textlint.Code, text string) []string {
	var spans []string
	for _, f := range l.Lint(text, textlint.Group) {
		if f.Code == code {
			spans = append(spans, string([]rune(text)[f.Start:f.End]))
		}
	}
	return spans
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, test := range []struct {
		code textlint.Code
		text string
		want bool
	}{
		{textlint.IDNumber, "110101199003074514", true},
		{textlint.IDNumber, "110101199003074515", false},     // check digit
		{textlint.IDNumber, "110101199013074514", false},     // month 13
		{textlint.IDNumber, "110101189003074514", false},     // 1890
		{textlint.IDNumber, "1101011990030745140", false},    // one digit more
		{textlint.IDNumber, "身份证 110101199003074515", true},  // wrong check digit, but called an identity number
		{textlint.IDNumber, "身份证 110101199013074515", false}, // called an identity number, but no birthday
		{textlint.IDNumber, "壹壹零壹零壹19900307肆伍壹肆", true},      // as banks write it
		{textlint.IDNumber, "١١٠١٠١١٩٩٠٠٣٠٧٤٥١٤", true},      // digits of another script
		{textlint.BankCard, "6222021234567890129", false},    // Luhn
		{textlint.BankCard, "4111 1111 1111 1111", true},
		{textlint.BankCard, "4111111111111112", false}, // Luhn
		{textlint.BankCard, "371449635398431", true},   // 15 digits
		{textlint.BankCard, "7111111111111117", false}, // no issuer uses 71
		{textlint.PhoneNumber, "13800138000", true},
		{textlint.PhoneNumber, "12800138000", false},          // no mobile begins with 12
		{textlint.PhoneNumber, "138001380001", false},         // twelve digits
		{textlint.PhoneNumber, "008613800138000", true},       // dialled from abroad
		{textlint.PhoneNumber, "1500、2000、300", false},        // a list of amounts
		{textlint.PhoneNumber, "1500\n2000\n300", false},      // the same in lines
		{textlint.PhoneNumber, "138，0013，8000", true},         // grouped as spoken
		{textlint.PhoneNumber, "1，3，8，0，0，1，3，8，0，0，0", true}, // digit by digit
		{textlint.PhoneNumber, "13:80:01:38:00:0", false},     // times
		{textlint.PhoneNumber, "1380~0138000", false},         // a range
		{textlint.PhoneNumber, "0755-83765566", true},
		{textlint.PhoneNumber, "0100-0345678", false},       // no subscriber number starts with 0
		{textlint.PhoneNumber, "ab13800138000", false},      // part of a name
		{textlint.PhoneNumber, "wx13800138000", true},       // WeChat by telephone number
		{textlint.PhoneNumber, "110101199003074514", false}, // part of an identity number
		{textlint.PhoneNumber, "第一13800138000", true},       // Chinese digits before it are another number
		{textlint.Account, "发到 a.b-c+d@mail.example.cn。", true},
		{textlint.Account, "@大家", false},
		{textlint.Account, "a@b", false}, // no domain
	} {
		if got := findSpans(l, test.code, test.text); (len(got) > 0) != test.want {
			t.Errorf("%s in %q: %q", test.code, test.text, got)
		}
	}
}

// checkDigit computes the digit with powers of two as in the standard. The linter
// uses a table.
func checkDigit(seventeen string) string {
	sum := 0
	for i, r := range seventeen {
		weight := 1
		for range 17 - i {
			weight = weight * 2 % 11
		}
		sum += int(r-'0') * weight
	}
	return string("0123456789X"[(12-sum%11)%11])
}

func TestEveryValidIdentityNumberIsFoundAndNoOtherEnding(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SampledFrom([]string{"110101", "440305", "510107", "830000"}).Draw(t, "region") +
			rapid.SampledFrom([]string{"19000101", "19640229", "20001231", "20240229"}).Draw(t, "birthday") +
			rapid.StringMatching(`[0-9]{3}`).Draw(t, "order")
		right := checkDigit(body)
		if got := findSpans(l, textlint.IDNumber, body+right); len(got) != 1 || got[0] != body+right {
			t.Fatalf("%s: %q", body+right, got)
		}
		wrong := rapid.SampledFrom(strings.Split("0123456789X", "")).Draw(t, "ending")
		if got := findSpans(l, textlint.IDNumber, body+wrong); wrong != right && len(got) > 0 {
			t.Fatalf("%s: %q, though it ends in %s", body+wrong, got, right)
		}
	})
}

func TestOneWrongDigitMakesNoBankCard(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	const card = "4111111111111111"
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(1, 15).Draw(t, "at")
		digit := rapid.SampledFrom(strings.Split("023456789", "")).Draw(t, "digit")
		if got := findSpans(l, textlint.BankCard, card[:at]+digit+card[at+1:]); len(got) > 0 {
			t.Fatalf("%q", got)
		}
	})
}

func TestPlacesAndNames(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, test := range []struct {
		code textlint.Code
		text string
		want string
	}{
		{textlint.Address, "我查到，浙江省杭州市文三路90号", "浙江省杭州市文三路90号"},
		{textlint.Address, "寄到北京市海淀区学院路37号", "北京市海淀区学院路37号"},
		{textlint.PersonalName, "他叫诸葛亮", "诸葛亮"},
		{textlint.PersonalName, "真名：张·伟", "张·伟"},
		{textlint.PersonalName, "real name Mary Jane Watson Parker", "Mary Jane Watson"},
	} {
		if got := findSpans(l, test.code, test.text); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q, want %q", test.text, got, test.want)
		}
	}
	for _, text := range []string{"他叫张*伟", "他叫张**", "他叫某某", "收款人是张先生"} {
		if got := findSpans(l, textlint.PersonalName, text); len(got) > 0 {
			t.Errorf("%s: %q", text, got)
		}
	}
}

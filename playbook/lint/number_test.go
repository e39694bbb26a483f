package lint_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/playbook/lint"
)

// found gives the words of the findings of one code in a group.
func found(l *lint.Linter, code lint.Code, text string) []string {
	var spans []string
	for _, f := range l.Lint(text, lint.Group) {
		if f.Code == code {
			spans = append(spans, string([]rune(text)[f.Start:f.End]))
		}
	}
	return spans
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	l := linter(t)
	for _, test := range []struct {
		code lint.Code
		text string
		want bool
	}{
		{lint.IDNumber, "110101199003074514", true},
		{lint.IDNumber, "110101199003074515", false},     // check digit
		{lint.IDNumber, "110101199013074514", false},     // month 13
		{lint.IDNumber, "110101189003074514", false},     // 1890
		{lint.IDNumber, "1101011990030745140", false},    // one digit more
		{lint.IDNumber, "身份证 110101199003074515", true},  // mistyped, and called so
		{lint.IDNumber, "身份证 110101199013074515", false}, // called so, and no birthday
		{lint.IDNumber, "壹壹零壹零壹19900307肆伍壹肆", true},      // as banks write it
		{lint.IDNumber, "١١٠١٠١١٩٩٠٠٣٠٧٤٥١٤", true},      // digits of another script
		{lint.BankCard, "6222021234567890129", false},    // Luhn
		{lint.BankCard, "4111 1111 1111 1111", true},
		{lint.BankCard, "4111111111111112", false}, // Luhn
		{lint.BankCard, "371449635398431", true},   // 15 digits
		{lint.BankCard, "7111111111111117", false}, // nobody issues 71
		{lint.PhoneNumber, "13800138000", true},
		{lint.PhoneNumber, "12800138000", false},          // no mobile begins with 12
		{lint.PhoneNumber, "138001380001", false},         // twelve digits
		{lint.PhoneNumber, "008613800138000", true},       // dialled from abroad
		{lint.PhoneNumber, "1500、2000、300", false},        // a list of sums
		{lint.PhoneNumber, "1500\n2000\n300", false},      // the same in lines
		{lint.PhoneNumber, "138，0013，8000", true},         // as it is read out
		{lint.PhoneNumber, "1，3，8，0，0，1，3，8，0，0，0", true}, // digit by digit
		{lint.PhoneNumber, "13:80:01:38:00:0", false},     // times
		{lint.PhoneNumber, "1380~0138000", false},         // a range
		{lint.PhoneNumber, "0755-83765566", true},
		{lint.PhoneNumber, "0100-0345678", false},       // an area code has no such number
		{lint.PhoneNumber, "ab13800138000", false},      // part of a name
		{lint.PhoneNumber, "wx13800138000", true},       // WeChat by telephone number
		{lint.PhoneNumber, "110101199003074514", false}, // an identity number holds no telephone
		{lint.PhoneNumber, "第一13800138000", true},       // Chinese digits before it are another number
		{lint.Account, "发到 a.b-c+d@mail.example.cn。", true},
		{lint.Account, "@大家", false},
		{lint.Account, "a@b", false}, // no domain
	} {
		if got := found(l, test.code, test.text); (len(got) > 0) != test.want {
			t.Errorf("%s in %q: %q", test.code, test.text, got)
		}
	}
}

// checkDigit is computed as the standard tells it, by powers of two, unlike the
// linter's table.
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
	l := linter(t)
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SampledFrom([]string{"110101", "440305", "510107", "830000"}).Draw(t, "region") +
			rapid.SampledFrom([]string{"19000101", "19640229", "20001231", "20240229"}).Draw(t, "birthday") +
			rapid.StringMatching(`[0-9]{3}`).Draw(t, "order")
		right := checkDigit(body)
		if got := found(l, lint.IDNumber, body+right); len(got) != 1 || got[0] != body+right {
			t.Fatalf("%s: %q", body+right, got)
		}
		wrong := rapid.SampledFrom(strings.Split("0123456789X", "")).Draw(t, "ending")
		if got := found(l, lint.IDNumber, body+wrong); wrong != right && len(got) > 0 {
			t.Fatalf("%s: %q, though it ends in %s", body+wrong, got, right)
		}
	})
}

func TestOneWrongDigitMakesNoBankCard(t *testing.T) {
	t.Parallel()
	l := linter(t)
	const card = "4111111111111111"
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(1, 15).Draw(t, "at")
		digit := rapid.SampledFrom(strings.Split("023456789", "")).Draw(t, "digit")
		if got := found(l, lint.BankCard, card[:at]+digit+card[at+1:]); len(got) > 0 {
			t.Fatalf("%q", got)
		}
	})
}

func TestPlacesAndNames(t *testing.T) {
	t.Parallel()
	l := linter(t)
	for _, test := range []struct {
		code lint.Code
		text string
		want string
	}{
		{lint.Address, "我查到，浙江省杭州市文三路90号", "浙江省杭州市文三路90号"},
		{lint.Address, "寄到北京市海淀区学院路37号", "北京市海淀区学院路37号"},
		{lint.PersonalName, "他叫诸葛亮", "诸葛亮"},
		{lint.PersonalName, "真名：张·伟", "张·伟"},
		{lint.PersonalName, "real name Mary Jane Watson Parker", "Mary Jane Watson"},
	} {
		if got := found(l, test.code, test.text); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q, want %q", test.text, got, test.want)
		}
	}
	for _, text := range []string{"他叫张*伟", "他叫张**", "他叫某某", "收款人是张先生"} {
		if got := found(l, lint.PersonalName, text); len(got) > 0 {
			t.Errorf("%s: %q", text, got)
		}
	}
}

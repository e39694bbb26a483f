package texts

import (
	"io/fs"
	"strings"
	"testing"

	"recourse/texts/textstest"
)

// TestChineseWording applies the forbidden words to every Chinese text.
func TestChineseWording(t *testing.T) {
	t.Parallel()
	chinese, err := fs.Sub(files, Chinese)
	if err != nil {
		t.Fatal(err)
	}
	textstest.CheckWording(t, chinese, kindOfText)
}

// kindOfText returns where a text is read: in a mail, on a paper or on a page.
func kindOfText(file, key string) string {
	onPaper := strings.HasPrefix(key, "entry.") && !strings.HasSuffix(key, ".title") ||
		strings.HasPrefix(key, "action.") && strings.HasSuffix(key, ".paper")
	switch {
	case strings.HasPrefix(key, "mail."):
		return textstest.MailText
	case onPaper, strings.HasPrefix(file, "papers"), strings.HasPrefix(file, "paper_"), strings.HasPrefix(key, "paper."), strings.HasPrefix(key, "law."):
		return textstest.PaperText
	default:
		return textstest.PageText
	}
}

// TestWordingRulesWork gives each sentence a rule that it breaks, or none.
func TestWordingRulesWork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"发错的人请你退回。":               "发错的人",
		"案件的一位对方打开了链接。":           "一位对方",
		"误发了一笔微信普通红包。":            "红包",
		"我把一笔转账或红包发错了。":           "",
		"没人领的，满 24 小时会自动退回。":      "会",
		"没人领的，满 24 小时一般会自动退回。":    "",
		"到期应当退回。":                 "应当",
		"请别撤销。":                   "撤",
		"来源：文章 A · §1":            "文章",
		"民法典第 122 条 [V]":          "V",
		"上传后计算指纹。":                "指纹",
		"现在不能单方撤回。":               "单方",
		"这段文字可以发。":                "可以发",
		"没有要做的事。":                 "没有要做",
		"请退回,谢谢。":                 "全角",
		"有一位收款人说受到打扰。":            "",
		"请把钱退回原来付给你的那个账户，不要转到别处。": "",
		"您好。": "你",
	} {
		if got := brokenRule(t, textstest.PageText, text); want == "" && got != "" || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s breaks %q, want %q", text, got, want)
		}
	}
	if brokenRule(t, textstest.MailText, "您好。") != "" || brokenRule(t, textstest.MailText, "你好。") == "" {
		t.Error("mails address the reader as 您")
	}
}

// brokenRule returns the first rule that a text breaks, with its advice.
func brokenRule(t *testing.T, kind, text string) string {
	t.Helper()
	for _, rule := range textstest.ReadWordingRules(t) {
		if rule.BreaksIn(kind, text) {
			return rule.Find + " " + rule.Say
		}
	}
	return ""
}

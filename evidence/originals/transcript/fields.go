package transcript

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// field is a value of an object or of a row, by the path of its names.
type field struct{ path, value string }

// The names of fields in exports, in lower case without separators, in order of preference.
// A name of two parts is one inside of another.
var (
	timeNames = []string{
		"createtime", "timestamp", "dateunixtime", "msgcreatetime", "msgtime", "sendtime", "messagetime", "createdat", "createdtime", "datetime",
		"strtime", "formattedtime", "timestr", "time", "date", "ts", "时间", "发送时间", "消息时间", "日期", "日期时间",
	}
	senderNames = []string{
		"senderdisplayname", "sendername", "sender.name", "sender.displayname", "sender.nickname", "sender.remark", "sender.groupcard", "groupnickname",
		"accountname", "fromname", "from.name", "nickname", "speaker", "sender", "from", "author", "user.name", "username", "talkername",
		"displayname", "remark", "name", "fromuser", "sender.uin", "sender.uid", "senderusername", "talker", "fromid", "发送人", "发送者", "昵称", "发言人", "用户", "姓名",
	}
	textNames = []string{
		"content.text", "message.text", "msg.text", "text", "strcontent", "msgcontent", "messagecontent", "parsedcontent", "content", "message", "msg",
		"body", "displaycontent", "textcontent", "内容", "消息", "消息内容", "聊天内容",
	}
	ownNames  = []string{"issend", "issender", "isself", "isme", "isown", "fromme", "self", "outgoing"}
	kindNames = []string{"typename", "mediatype", "msgtypename", "messagetype", "msgtype", "localtype", "type", "类型", "消息类型"}
	fileNames = []string{
		"filename", "file", "photo", "content.filename", "content.resources.filename", "content.elements.data.filename", "imgpath", "src", "content.src", "attachment",
		"文件名", "附件",
	}
	desNames = []string{"mesdes"} // 0: sent by the owner
)

// wechatKinds are the numbers of WeChat's kinds of messages; 1 is text.
var wechatKinds = map[string]string{
	"3": "图片", "34": "语音", "42": "名片", "43": "视频", "47": "表情", "48": "位置", "49": "卡片、文件或转账", "50": "通话", "10000": "系统消息", "10002": "系统消息",
}

// textKinds are the kinds that are only text.
var textKinds = []string{"1", "0", "text", "文本", "文本消息", "message", "normal", "type_1", "plain", "文字"}

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

func normalizeName(path string) string { return separators.Replace(strings.ToLower(path)) }

// find returns the first value that is not empty among fields with these names.
func find(fields []field, names []string) string {
	for _, name := range names {
		for _, f := range fields {
			if f.path == name && strings.TrimSpace(f.value) != "" {
				return f.value
			}
		}
	}
	return ""
}

// readNames are the names of all fields that a message is made of.
var readNames = slices.Concat(timeNames, senderNames, textNames, ownNames, kindNames, fileNames, desNames)

// noteUnread collects the names of fields that are no part of a message, once each.
func (b *builder) noteUnread(fields []field) {
	for _, f := range fields {
		if f.value == "" || len(b.t.Unread) >= maxUnread || slices.Contains(readNames, normalizeName(f.path)) {
			continue
		}
		if name := oneLine(b.cut(f.path, maxName)); !slices.Contains(b.t.Unread, name) {
			b.t.Unread = append(b.t.Unread, name)
		}
	}
}

// plainMarkup returns the words of a message in XML, as WeChat keeps cards and transfers.
func plainMarkup(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "<") || !isMarkup.MatchString(text) {
		return text
	}
	words := oneLine(tag.ReplaceAllString(characterData.ReplaceAllString(text, "$1 "), " "))
	if words == "" {
		return text
	}
	return words
}

var (
	isMarkup      = regexp.MustCompile(`^\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:msg|sysmsg|appmsg|voipmsg)\b`)
	characterData = regexp.MustCompile(`(?s)<!\[CDATA\[(.*?)\]\]>`)
	tag           = regexp.MustCompile(`<[^<>]*>`)
)

func has(fields []field, names []string) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return slices.Contains(names, f.path) })
}

// messageOf returns the message that fields describe. ok is false when they describe none.
func messageOf(fields []field) (l Line, ok bool) {
	normal := make([]field, len(fields))
	for i, f := range fields {
		normal[i] = field{normalizeName(f.path), f.value}
	}
	l.At, l.When = timeOf(normal)
	l.Own = isTrue(find(normal, ownNames)) || find(normal, desNames) == "0"
	l.Who = find(normal, senderNames)
	l.Text, l.Note = plainMarkup(find(normal, textNames)), noteOf(normal)
	hasText := has(normal, textNames) || l.Note != ""
	hasSender := l.Who != "" || has(normal, ownNames) || has(normal, desNames)
	hasTime := l.When != "" || !l.At.IsZero()
	return l, hasText && (hasTime || hasSender && has(normal, textNames))
}

// timeOf returns the time in the first field that has one, or in a day and a clock that
// have a field each, else as it is written. A day alone is no time: it would be shown as
// midnight.
func timeOf(fields []field) (at time.Time, written string) {
	var day, clock string
	for _, name := range timeNames {
		for _, f := range fields {
			value := strings.TrimSpace(f.value)
			if f.path != name || value == "" {
				continue
			}
			if at := parseTime(value); !at.IsZero() {
				return at, ""
			}
			switch {
			case isDay(value) && day == "":
				day = value
			case isClock(value) && clock == "":
				clock = value
			case written == "":
				written = value
			}
		}
	}
	if day != "" && clock != "" {
		at = parseTime(day + " " + clock)
	}
	if !at.IsZero() {
		return at, ""
	}
	if day == "" {
		day = written
	}
	return at, strings.TrimSpace(day + " " + clock)
}

func isTrue(value string) bool {
	return slices.Contains([]string{"1", "true", "yes", "是"}, strings.ToLower(strings.TrimSpace(value)))
}

// noteOf names what was sent that is no text.
func noteOf(fields []field) string {
	kind := find(fields, kindNames)
	if known := wechatKinds[kind]; known != "" {
		kind = known
	}
	if slices.Contains(textKinds, strings.ToLower(kind)) || isNumber.MatchString(kind) {
		kind = ""
	}
	file := find(fields, fileNames)
	return strings.TrimSpace(kind + " " + file)
}

var isNumber = regexp.MustCompile(`^-?\d+$`)
